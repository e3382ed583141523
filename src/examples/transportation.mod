# Plans the shipments from plants to warehouses that meet all demand at the least freight. Lanes without a rate do not exist.

set PLANTS 'where the goods are [names]';
set WAREHOUSES 'where they are wanted [names]';

param supply 'what a plant can send this week [t]' {PLANTS} >= 0;
param demand 'what a warehouse needs this week [t]' {WAREHOUSES} >= 0;
param rate 'freight on a lane, 0 where there is none [EUR/t]' {PLANTS, WAREHOUSES} >= 0, default 0;
param lane_max 'most that a lane carries in a week [t]' >= 0, default 120;

set LANES := {p in PLANTS, w in WAREHOUSES: rate[p,w] > 0};

check: sum{p in PLANTS} supply[p] >= sum{w in WAREHOUSES} demand[w];

var ship{LANES} >= 0, <= lane_max;

minimize freight: sum{(p,w) in LANES} rate[p,w] * ship[p,w];

s.t. sent{p in PLANTS}: sum{(p,w) in LANES} ship[p,w] <= supply[p];
s.t. received{w in WAREHOUSES}: sum{(p,w) in LANES} ship[p,w] >= demand[w];

solve;

printf "Freight: %.2f EUR\n", freight;
for {w in WAREHOUSES} {
    printf "%-10s %6.1f t, the last tonne costs %.2f EUR\n", w, received[w], received[w].dual;
    printf{(p,w) in LANES: ship[p,w] > 0.001} "    %6.1f t from %s\n", ship[p,w], p;
}

data;

set PLANTS := Bilbao Lyon Gdansk;
set WAREHOUSES := Madrid Paris Milano Berlin Wien Praha;
param supply := Bilbao 220, Lyon 260, Gdansk 240;
param demand := Madrid 110, Paris 140, Milano 90, Berlin 120, Wien 80, Praha 70;
param rate : Madrid Paris Milano Berlin Wien Praha :=
    Bilbao     31    62     84     .     .     .
    Lyon       78    34     33    71    66    69
    Gdansk      .    95     88    29    47    41 ;

end;
