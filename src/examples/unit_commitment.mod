# Plans in which hours each generator of a site runs, and at what power, so that load and reserve are covered at least cost.

set UNITS 'generators of the site [names]';
param hours 'hours planned ahead [h]', integer, >= 1, <= 168;
set HOURS := 1..hours;

param load 'electric load of the site [kW]' {HOURS} >= 0;
param reserve 'spinning reserve over the load [%]' >= 0, default 10;
param power_min 'least power of a running unit [kW]' {UNITS} >= 0;
param power_max 'most power of a unit [kW]' {UNITS} > 0;
param fuel 'cost of a unit of energy [EUR/kWh]' {UNITS} >= 0;
param idle 'cost of running for an hour [EUR/h]' {UNITS} >= 0, default 0;
param startup 'cost of a start [EUR]' {UNITS} >= 0, default 0;
param ramp 'change of power from hour to hour [kW]' {UNITS} > 0;
param up_min 'hours a unit runs at least [h]' {UNITS}, integer, >= 1, default 1;
param was_on 'runs before the first hour [0 or 1]' {UNITS} binary, default 0;
param grid_price 'bought from the grid [EUR/kWh]' {HOURS} >= 0;
param grid_max 'most from the grid [kW]' >= 0;

var on{UNITS, HOURS} binary;
var begin{UNITS, HOURS} >= 0, <= 1;
var power{UNITS, HOURS} >= 0;
var grid{HOURS} >= 0, <= grid_max;

minimize cost:
    sum{t in HOURS} (grid_price[t] * grid[t]
  + sum{u in UNITS} (fuel[u] * power[u,t] + idle[u] * on[u,t] + startup[u] * begin[u,t]));

s.t. cover{t in HOURS}: sum{u in UNITS} power[u,t] + grid[t] = load[t];
s.t. spare{t in HOURS}: sum{u in UNITS} power_max[u] * on[u,t] + grid_max >= (1 + reserve / 100) * load[t];
s.t. low{u in UNITS, t in HOURS}: power[u,t] >= power_min[u] * on[u,t];
s.t. high{u in UNITS, t in HOURS}: power[u,t] <= power_max[u] * on[u,t];
s.t. started{u in UNITS, t in HOURS}: begin[u,t] >= on[u,t] - (if t = 1 then was_on[u] else on[u,t-1]);
s.t. stays{u in UNITS, t in HOURS: up_min[u] > 1}:
    sum{s in max(1, t - up_min[u] + 1)..t} begin[u,s] <= on[u,t];
s.t. up{u in UNITS, t in HOURS: t > 1}: power[u,t] - power[u,t-1] <= ramp[u] + power_min[u] * begin[u,t];
s.t. down{u in UNITS, t in HOURS: t > 1}: power[u,t-1] - power[u,t] <= max(ramp[u], power_min[u]);

solve;

printf "Cost of %d hours: %.2f EUR, %.0f kWh from the grid\n\nhour   load   grid", hours, cost, sum{t in HOURS} grid[t];
printf{u in UNITS} " %7s", u;
for {t in HOURS} {
    printf "\n%4d %6.0f %6.0f", t, load[t], grid[t];
    printf{u in UNITS} " %7s", if on[u,t] > 0.5 then round(power[u,t]) else "-";
}
printf "\n";

data;

set UNITS := chp1 chp2 diesel gas;
param hours := 24;
param load := 1 420  2 400  3 390  4 385  5 400  6 480  7 640  8 860  9 980  10 1040  11 1080  12 1060
    13 1010  14 1030  15 1020  16 960  17 900  18 840  19 780  20 700  21 620  22 560  23 500  24 450;
param :    power_min power_max   fuel idle startup ramp up_min was_on :=
    chp1        150       400   0.135   9     45   200     4      1
    chp2        120       350   0.142   8     40   180     4      0
    diesel       60       300   0.295   4     15   300     1      0
    gas          80       250   0.190   6     22   160     2      0 ;
param grid_price default 0.24 := 8 0.36  9 0.38  10 0.38  11 0.36  12 0.34  17 0.35  18 0.37  19 0.36;
param grid_max := 300;

end;
