# Plans the orders of each week, so that the stock of five parts covers the demand. A delivery costs a fee and takes at most
# one truck; parts that are missing at the end of a week are bought elsewhere at a high price.

set ITEMS 'parts that are kept in stock [names]';
param weeks 'weeks planned ahead [weeks]', integer, >= 1, <= 52;
set WEEKS := 1..weeks;

param demand 'wanted in each week [pieces]' {ITEMS, WEEKS} >= 0;
param stock 'on the shelf today [pieces]' {ITEMS} >= 0, default 0;
param price 'paid for one piece [EUR/piece]' {ITEMS} >= 0;
param volume 'room of one piece in the truck [l/piece]' {ITEMS} > 0;
param holding 'keeping a piece for a week [EUR/piece]' {ITEMS} >= 0, default 0.1;
param delivery_fee 'one delivery, however full [EUR]' >= 0;
param truck_volume 'room of the truck [l]' > 0;
param emergency 'times the price that a missing piece costs [factor]' >= 1, default 5;

var order{ITEMS, WEEKS} >= 0, integer;
var delivery{WEEKS} binary;
var kept{ITEMS, WEEKS} >= 0;
var short{ITEMS, WEEKS} >= 0;

minimize total_cost:
    sum{i in ITEMS, t in WEEKS} (price[i] * order[i,t] + holding[i] * kept[i,t] + emergency * price[i] * short[i,t])
  + sum{t in WEEKS} delivery_fee * delivery[t];

s.t. balance{i in ITEMS, t in WEEKS}:
    (if t = 1 then stock[i] else kept[i,t-1]) + order[i,t] + short[i,t] = demand[i,t] + kept[i,t];
s.t. truck{t in WEEKS}: sum{i in ITEMS} volume[i] * order[i,t] <= truck_volume * delivery[t];

solve;

printf "Restocking plan for %d weeks: %.2f EUR\n", weeks, total_cost;
for {t in WEEKS: delivery[t] > 0.5} {
    printf "\nweek %d, truck filled to %.0f %%\n", t, 100 * sum{i in ITEMS} volume[i] * order[i,t] / truck_volume;
    printf{i in ITEMS: order[i,t] > 0.5} "  %-8s %5d pieces\n", i, order[i,t];
}
printf{i in ITEMS, t in WEEKS: short[i,t] > 0.001} "missing in week %d: %g %s\n", t, short[i,t], i;

data;

set ITEMS := bolts nuts gears belts pumps;
param weeks := 4;
param demand :  1    2    3    4 :=
    bolts     120   90  150  100
    nuts      100   80  140   90
    gears      40   35   50   30
    belts      20   25   15   30
    pumps       6    4    8    5 ;
param :    stock price volume holding :=
    bolts   150   0.8   0.2   0.02
    nuts     90   0.5   0.1   0.01
    gears    25  14     2.5   0.3
    belts    30   9     1.5   0.2
    pumps     5 120    18     2.5 ;
param delivery_fee := 180;
param truck_volume := 420;

end;
