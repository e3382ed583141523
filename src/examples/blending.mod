# Finds the cheapest feed of the day: the amount of each raw material in a batch whose contents must stay within limits.

set MATERIALS 'raw materials [names]';
set CONTENTS 'what the feed is made of [names]';

param batch 'weight of the batch [kg]' > 0;
param price 'of a raw material today [EUR/t]' {MATERIALS} >= 0;
param stock 'of a raw material [kg]' {MATERIALS} >= 0;
param content 'share of a content in a material [%]' {MATERIALS, CONTENTS} >= 0, <= 100, default 0;
param least 'share in the feed at least [%]' {CONTENTS} >= 0, default 0;
param most 'share in the feed at most [%]' {CONTENTS} <= 100, default 100;
param share_max 'of one material in the feed at most [%]' {MATERIALS} >= 0, <= 100, default 100;

check{c in CONTENTS}: least[c] <= most[c];

var use{m in MATERIALS} >= 0, <= min(stock[m], share_max[m] / 100 * batch);

minimize cost: sum{m in MATERIALS} price[m] / 1000 * use[m];

s.t. weight: sum{m in MATERIALS} use[m] = batch;
s.t. quality{c in CONTENTS}:
    least[c] / 100 * batch <= sum{m in MATERIALS} content[m,c] / 100 * use[m] <= most[c] / 100 * batch;

solve;

printf "Batch of %.0f kg: %.2f EUR, %.2f EUR/t\n\n", batch, cost, 1000 * cost / batch;
printf{m in MATERIALS: use[m] > 0.001} "  %-10s %8.1f kg  %5.1f %%\n", m, use[m], 100 * use[m] / batch;
printf "\n";
printf{c in CONTENTS} "  %-10s %6.2f %% (%g to %g)\n", c, 100 * quality[c] / batch, least[c], most[c];

data;

set MATERIALS := barley maize soya wheat_bran fishmeal oil lime;
set CONTENTS := protein fibre fat calcium;
param batch := 2000;
param :           price stock share_max :=
    barley          185  1500      60
    maize           205  1400      50
    soya            430   900      40
    wheat_bran      160   600      25
    fishmeal       1150   200       8
    oil             980   100       4
    lime             70   150       3 ;
param content : protein fibre  fat calcium :=
    barley        11.0   5.0   2.0   0.05
    maize          8.5   2.2   3.9   0.02
    soya          44.0   6.5   1.8   0.30
    wheat_bran    15.5  10.0   4.0   0.12
    fishmeal      64.0   1.0   9.0   4.00
    oil            0.0   0.0  99.0   0.00
    lime           0.0   0.0   0.0  38.00 ;
param least := protein 17.5, fat 3.5, calcium 0.75;
param most := fibre 6, fat 6, calcium 1.1;

end;
