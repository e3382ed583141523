# Shares this hour's load among the running generators of a site. Fuel rises with the square of the power, so in the optimum
# one more kilowatt costs the same from each generator that is not at a limit. The objective is quadratic and convex.

set UNITS 'generators that run [names]';

param load 'electric load of the site [kW]' >= 0;
param power_min 'least power of a unit [kW]' {UNITS} >= 0;
param power_max 'most power of a unit [kW]' {UNITS} > 0;
param idle 'cost of running for an hour [EUR/h]' {UNITS} >= 0;
param linear 'cost of a kilowatt [EUR/kWh]' {UNITS} >= 0;
param square 'rise of that cost with the power [EUR/kW2h]' {UNITS} >= 0;

check: sum{u in UNITS} power_min[u] <= load and load <= sum{u in UNITS} power_max[u];

var power{u in UNITS} >= power_min[u], <= power_max[u];

minimize cost: sum{u in UNITS} (idle[u] + linear[u] * power[u] + square[u] * power[u]^2);

s.t. cover: sum{u in UNITS} power[u] = load;

solve;

printf "Cost of the hour at %g kW: %.2f EUR\n", load, cost;
printf{u in UNITS} "  %-7s %6.1f kW, one more costs %.4f EUR\n", u, power[u], linear[u] + 2 * square[u] * power[u];

data;

set UNITS := chp1 chp2 diesel gas;
param load := 800;
param :    power_min power_max idle linear   square :=
    chp1        150       400     9  0.110  0.00008
    chp2        120       350     8  0.105  0.00012
    diesel       60       300     4  0.240  0.00010
    gas          80       250     6  0.150  0.00006 ;

end;
