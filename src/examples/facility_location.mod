# Chooses the depots to open and the regions that each serves, so that the yearly cost of sites and transport is least.

set SITES 'where a depot can be [names]';
set REGIONS 'what depots serve [names]';

param fixed 'yearly cost of an open depot [kEUR]' {SITES} >= 0;
param capacity 'of a depot in a year [kt]' {SITES} >= 0;
param demand 'of a region in a year [kt]' {REGIONS} >= 0;
param distance 'from a depot to a region [km]' {SITES, REGIONS} >= 0;
param freight 'of a tonne over a kilometre [EUR/tkm]' >= 0, default 0.09;
param depots_max 'depots to open at most [depots]', integer, >= 1;
param radius_max 'longest way that is allowed [km]' > 0, default 700;

set ROUTES := {s in SITES, r in REGIONS: distance[s,r] <= radius_max};

var open{SITES} binary;
var share{ROUTES} >= 0, <= 1;                  # of the region's demand

minimize cost:
    sum{s in SITES} fixed[s] * open[s] + sum{(s,r) in ROUTES} freight * distance[s,r] * demand[r] * share[s,r];

s.t. served{r in REGIONS}: sum{(s,r) in ROUTES} share[s,r] = 1;
s.t. room{s in SITES}: sum{(s,r) in ROUTES} demand[r] * share[s,r] <= capacity[s] * open[s];
s.t. only_open{(s,r) in ROUTES}: share[s,r] <= open[s];
s.t. few: sum{s in SITES} open[s] <= depots_max;

solve;

printf "Yearly cost: %.1f kEUR\n", cost;
for {s in SITES: open[s] > 0.5} {
    printf "%-10s %5.1f of %5.1f kt\n", s, room[s] + capacity[s] * open[s], capacity[s];
    printf{(s,r) in ROUTES: share[s,r] > 0.001} "    %3.0f %% of %s\n", 100 * share[s,r], r;
}

data;

set SITES := Zaragoza Lille Torino Leipzig Linz Gdansk;
set REGIONS := Iberia West South Alps North East Baltic;
param :       fixed capacity :=
    Zaragoza    420      55
    Lille       510      70
    Torino      460      60
    Leipzig     480      80
    Linz        390      50
    Gdansk      350      45 ;
param demand := Iberia 28, West 36, South 24, Alps 18, North 31, East 22, Baltic 15;
param distance : Iberia  West South  Alps North  East Baltic :=
    Zaragoza       320   830   980  1150  1420  1950   2300
    Lille         1280   190  1050   720   480  1210   1500
    Torino        1080   640   330   360   930  1120   1680
    Leipzig       1820   690   960   520   310   560    840
    Linz          1790   980   720   240   690   420   1120
    Gdansk        2350  1240  1450  1030   640   380    260 ;
param depots_max := 4;
param radius_max := 1100;

end;
