# Assigns today's jobs to technicians. A technician takes at most `jobs_max` jobs, and only those that he is trained for;
# the travel there and back counts as work. A job that nobody can take stays open, at a price.

set TECHNICIANS 'who is there today [names]';
set JOBS 'what is to be done [names]';
set SKILLS 'a technician and a kind of work he is trained for [pairs]' dimen 2;

param kind 'kind of work a job needs [name]' {JOBS} symbolic;
param work 'at the place of the job [min]' {JOBS} >= 0;
param travel 'from a technician to a job and back [min]' {TECHNICIANS, JOBS} >= 0;
param shift 'of a technician today [min]' {TECHNICIANS} >= 0, default 480;
param jobs_max 'jobs of one technician in a day [jobs]', integer, >= 1, default 3;
param penalty 'for a job that stays open [min]' {JOBS} >= 0, default 600;

set POSSIBLE := {t in TECHNICIANS, j in JOBS: (t, kind[j]) in SKILLS};

var go{POSSIBLE} binary;
var open{JOBS} binary;

minimize minutes: sum{(t,j) in POSSIBLE} travel[t,j] * go[t,j] + sum{j in JOBS} penalty[j] * open[j];

s.t. once{j in JOBS}: sum{(t,j) in POSSIBLE} go[t,j] + open[j] = 1;
s.t. day{t in TECHNICIANS}: sum{(t,j) in POSSIBLE} (work[j] + travel[t,j]) * go[t,j] <= shift[t];
s.t. few{t in TECHNICIANS}: sum{(t,j) in POSSIBLE} go[t,j] <= jobs_max;

solve;

printf "Minutes on the road and lost: %d\n", minutes;
for {t in TECHNICIANS} {
    printf "%-7s", t;
    printf{(t,j) in POSSIBLE: go[t,j] > 0.5} "  %s (%s)", j, kind[j];
    printf "\n";
}
printf{j in JOBS: open[j] > 0.5} "%s stays open\n", j;

data;

set TECHNICIANS := Ana Ben Carla Dev;
set JOBS := pump1 pump2 drive1 drive2 sensor1 sensor2 sensor3 valve1 valve2;
set SKILLS := (Ana,*) pump drive (Ben,*) sensor valve (Carla,*) pump valve sensor (Dev,*) drive sensor;
param :      kind    work :=
    pump1    pump     120
    pump2    pump      90
    drive1   drive    180
    drive2   drive    150
    sensor1  sensor    45
    sensor2  sensor    60
    sensor3  sensor    30
    valve1   valve     75
    valve2   valve    100 ;
param travel (tr) : Ana Ben Carla Dev :=
    pump1            30  45    25  50
    pump2            55  20    35  40
    drive1           25  60    50  45
    drive2           60  35    40  20
    sensor1          35  40    20  55
    sensor2          50  25    45  30
    sensor3          20  30    60  25
    valve1           45  35    30  60
    valve2           40  50    25  35 ;

end;
