# Plans how much of each product to make this week, with the hours of three machines and the material in the store, so that
# the margin is largest. The report gives the value of one more hour of each machine.

set PRODUCTS 'what can be made [names]';
set MACHINES 'what it is made on [names]';
set MATERIALS 'what it is made of [names]';

param margin 'earned with one unit [EUR/unit]' {PRODUCTS};
param demand_max 'most that can be sold this week [units]' {PRODUCTS} >= 0;
param contract 'promised to customers this week [units]' {PRODUCTS} >= 0, default 0;
param minutes 'of a machine for one unit [min/unit]' {PRODUCTS, MACHINES} >= 0, default 0;
param hours 'of each machine this week [h]' {MACHINES} >= 0;
param usage 'of a material for one unit [kg/unit]' {PRODUCTS, MATERIALS} >= 0, default 0;
param store 'of each material in the store [kg]' {MATERIALS} >= 0;

check{p in PRODUCTS}: contract[p] <= demand_max[p];

var make{p in PRODUCTS} >= contract[p], <= demand_max[p];

maximize total_margin: sum{p in PRODUCTS} margin[p] * make[p];

s.t. machine{m in MACHINES}: sum{p in PRODUCTS} minutes[p,m] / 60 * make[p] <= hours[m];
s.t. material{k in MATERIALS}: sum{p in PRODUCTS} usage[p,k] * make[p] <= store[k];

solve;

printf "Margin of the week: %.2f EUR\n\n", total_margin;
printf "%-10s %10s %10s\n", "product", "units", "share";
printf{p in PRODUCTS} "%-10s %10.1f %9.0f%%\n", p, make[p], 100 * make[p] / demand_max[p];
printf "\n%-10s %10s %10s %14s\n", "machine", "used h", "of", "EUR for 1 h";
printf{m in MACHINES} "%-10s %10.1f %10.1f %14.2f\n", m, machine[m], hours[m], machine[m].dual;
printf{k in MATERIALS} "%-10s %10.1f %10.1f kg\n", k, material[k], store[k];

data;

set PRODUCTS := valve flange coupling bracket;
set MACHINES := lathe mill press;
set MATERIALS := steel brass;
param :        margin demand_max contract :=
    valve         42      160        20
    flange        28      300        40
    coupling      35      220         0
    bracket       11      600       100 ;
param minutes : lathe mill press :=
    valve          18   12     4
    flange         10    6     6
    coupling       14   10     2
    bracket         .    4     8 ;
param hours := lathe 76, mill 60, press 72;
param usage : steel brass :=
    valve       0.6   1.4
    flange      2.1   .
    coupling    0.9   0.5
    bracket     1.2   . ;
param store := steel 1400, brass 260;

end;
