# Chooses the projects to start with this year's money and people. Some need others first, some exclude each other.

set PROJECTS 'projects to choose from [names]';
set NEEDS 'a project and one that it needs [pairs]' within PROJECTS cross PROJECTS;
set EXCLUDES 'two projects of which at most one starts [pairs]' within PROJECTS cross PROJECTS;

param value 'worth of the project over its life [kEUR]' {PROJECTS};
param cost 'to be paid this year [kEUR]' {PROJECTS} >= 0;
param people 'of the team for this year [persons]' {PROJECTS} >= 0, default 0;
param budget 'money of this year [kEUR]' >= 0;
param team 'people of this year [persons]' >= 0;

var start{PROJECTS} binary;

maximize worth: sum{p in PROJECTS} value[p] * start[p];

s.t. money: sum{p in PROJECTS} cost[p] * start[p] <= budget;
s.t. staff: sum{p in PROJECTS} people[p] * start[p] <= team;
s.t. first{(p,q) in NEEDS}: start[p] <= start[q];
s.t. either{(p,q) in EXCLUDES}: start[p] + start[q] <= 1;

solve;

printf "Worth %.0f kEUR for %.0f of %.0f kEUR and %.1f of %.1f people\n", worth, money, budget, staff, team;
printf{p in PROJECTS: start[p] > 0.5} "  start %-12s worth %4d, costs %4d\n", p, value[p], cost[p];

data;

set PROJECTS := boiler solar press robot crane scada meters insulation training warehouse heatpump;
set NEEDS := robot press, scada meters, heatpump insulation;
set EXCLUDES := boiler heatpump;
param :        value cost people :=
    boiler       310  180   2
    solar        420  260   1.5
    press        280  200   2
    robot        390  150   2.5
    crane        150   90   1
    scada        260  110   3
    meters        40   30   0.5
    insulation   190   95   1
    training      70   20   0.5
    warehouse    330  240   2
    heatpump     360  170   2 ;
param budget := 800;
param team := 9;

end;
