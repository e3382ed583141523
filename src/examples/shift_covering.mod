# Plans how many people work each shift on each day, so that every block of four hours is covered all week. Full-timers work
# five days in a row and keep their shift; part-timers take single days and cost more.

param day_name 'of each day, from 0 [name]' {0..6} symbolic;
set DAYS 'of the week, from 0 [days]' := 0..6;
set BLOCKS 'of four hours in a day, from 0 [blocks]' := 0..5;                            # 00-04, 04-08, ... 20-24
set SHIFTS 'kinds of shifts [names]';
set COVERS 'a shift and a block of the day in which it is there [pairs]' within SHIFTS cross BLOCKS;

param need 'people wanted in a block of a day [persons]' {DAYS, BLOCKS} >= 0;
param wage 'of a full-timer for a week on this shift [EUR]' {SHIFTS} >= 0;
param day_wage 'of a part-timer for one day [EUR]' {SHIFTS} >= 0;
param full_max 'full-timers that there are [persons]', integer, >= 0;
param part_max 'part-timers on one day at most [persons]', integer, >= 0;

var full{SHIFTS, DAYS} integer >= 0;           # starting their five days on that day
var part{SHIFTS, DAYS} integer >= 0;

minimize wages: sum{s in SHIFTS, d in DAYS} (wage[s] * full[s,d] + day_wage[s] * part[s,d]);

s.t. cover{d in DAYS, b in BLOCKS: need[d,b] > 0}:
    sum{(s,b) in COVERS} (sum{k in 0..4} full[s, (d - k + 7) mod 7] + part[s,d]) >= need[d,b];
s.t. crew: sum{s in SHIFTS, d in DAYS} full[s,d] <= full_max;
s.t. extra{d in DAYS}: sum{s in SHIFTS} part[s,d] <= part_max;

solve;

printf "Wages of the week: %.0f EUR for %d full-timers and %d days of part-timers\n",
    wages, crew, sum{s in SHIFTS, d in DAYS} part[s,d];
for {s in SHIFTS} {
    printf "%-8s", s;
    printf{d in DAYS: full[s,d] > 0.5} "  %d from %s", full[s,d], day_name[d];
    printf{d in DAYS: part[s,d] > 0.5} "  +%d on %s", part[s,d], day_name[d];
    printf "\n";
}

data;

param day_name := 0 Mon 1 Tue 2 Wed 3 Thu 4 Fri 5 Sat 6 Sun;
set SHIFTS := early day late night;
set COVERS := (early,*) 1 2 (day,*) 2 3 (late,*) 4 5 (night,*) 0 5;
param need : 0  1  2  3  4  5 :=
    0        2  4  9  8  6  3
    1        2  4  8  8  6  3
    2        2  4  8  9  6  3
    3        2  4  9  9  7  3
    4        2  5 10  9  8  4
    5        2  3  6  5  5  4
    6        2  2  4  4  4  2 ;
param : wage day_wage :=
    early  640  165
    day    600  150
    late   660  170
    night  780  210 ;
param full_max := 26;
param part_max := 4;

end;
