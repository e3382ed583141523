# Plans when a battery on the site is charged and discharged over the day, so that the bill for energy and for the highest
# load is least. Prices for the day ahead and a solar forecast are given.

param hours 'hours planned ahead [h]', integer, >= 2, <= 168;
set HOURS := 1..hours;

param load 'of the site [kW]' {HOURS} >= 0;
param sun 'forecast of the solar roof [kW]' {HOURS} >= 0, default 0;
param price 'of a unit from the grid [EUR/MWh]' {HOURS};
param feed_in 'paid for a unit into the grid [EUR/MWh]' default 40;
param capacity 'of the battery [kWh]' >= 0;
param power 'of the inverter [kW]' >= 0;
param efficiency 'of charging and of discharging [%]' > 0, <= 100, default 95;
param level_start 'in the battery now [kWh]' >= 0;
param level_end 'wanted in the battery at the end [kWh]' >= 0;
param peak_price 'of the highest load [EUR/kW]' >= 0, default 0.4;
param wear 'of moving a unit through the battery [EUR/MWh]' >= 0, default 15;

check: level_start <= capacity and level_end <= capacity;

var buy{HOURS} >= 0;
var sell{HOURS} >= 0;
var charge{HOURS} >= 0, <= power;
var discharge{HOURS} >= 0, <= power;
var level{0..hours} >= 0, <= capacity;
var peak >= 0;

minimize bill: peak_price * peak
  + sum{t in HOURS} (price[t] * buy[t] - feed_in * sell[t] + wear * (charge[t] + discharge[t])) / 1000;

s.t. first: level[0] = level_start;
s.t. last: level[hours] >= level_end;
s.t. store{t in HOURS}:
    level[t] = level[t-1] + efficiency / 100 * charge[t] - discharge[t] / (efficiency / 100);
s.t. balance{t in HOURS}: buy[t] + sun[t] + discharge[t] = load[t] + charge[t] + sell[t];
s.t. highest{t in HOURS}: peak >= buy[t];

solve;

printf "Bill of %d hours: %.2f EUR, highest load %.0f kW\n", hours, bill, peak;
printf "hour  price   load    sun    buy   sell   battery  level\n";
printf{t in HOURS} "%4d %6.1f %6.0f %6.0f %6.0f %6.0f %+9.0f %6.0f\n",
    t, price[t], load[t], sun[t], buy[t], sell[t], discharge[t] - charge[t], level[t];

data;

param hours := 24;
param :  load  sun price :=
     1    110    0    62
     2    105    0    58
     3    100    0    55
     4    100    0    54
     5    110    0    57
     6    150    0    71
     7    220   10    96
     8    310   45   118
     9    360  110   109
    10    380  180    84
    11    390  240    61
    12    370  280    43
    13    360  290    35
    14    370  270    38
    15    360  220    52
    16    340  150    77
    17    310   80   108
    18    260   25   139
    19    220    0   152
    20    190    0   131
    21    170    0   104
    22    150    0    88
    23    130    0    76
    24    120    0    68 ;
param capacity := 400;
param power := 150;
param level_start := 120;
param level_end := 120;

end;
