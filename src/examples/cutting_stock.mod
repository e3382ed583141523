# Cuts bars of one length into pieces of four lengths, with the fewest bars. The cutting patterns that leave no room for one
# more of the shortest piece are listed first; the model picks how often each is used.

set PIECES 'kinds of pieces, always four [numbers]' := 1..4;
param bar 'length of a bar [mm]' > 0;
param saw 'width of the saw cut [mm]' >= 0, default 3;
param length_mm 'length of a piece [mm]' {PIECES} > 0;
param demand 'pieces wanted [pieces]' {PIECES}, integer, >= 0;

param fit{p in PIECES} := floor((bar + saw) / (length_mm[p] + saw));
param shortest := min{p in PIECES} length_mm[p];

# A pattern tells how many of each piece are cut from one bar.
set PATTERNS := setof{a in 0..fit[1], b in 0..fit[2], c in 0..fit[3], d in 0..fit[4]:
        a * (length_mm[1] + saw) + b * (length_mm[2] + saw) + c * (length_mm[3] + saw) + d * (length_mm[4] + saw) <= bar + saw
    and a * (length_mm[1] + saw) + b * (length_mm[2] + saw) + c * (length_mm[3] + saw) + d * (length_mm[4] + saw)
        > bar + saw - (shortest + saw)} (a, b, c, d);

check: min{p in PIECES} fit[p] >= 1;

var use{PATTERNS} integer >= 0;

minimize bars: sum{(a,b,c,d) in PATTERNS} use[a,b,c,d];

s.t. enough{p in PIECES}:
    sum{(a,b,c,d) in PATTERNS} (if p = 1 then a else if p = 2 then b else if p = 3 then c else d) * use[a,b,c,d] >= demand[p];

solve;

printf "%d bars of %g mm, %.1f %% of them used, %d ways to cut looked at\n", bars, bar,
    100 * sum{p in PIECES} demand[p] * length_mm[p] / (bars * bar), card(PATTERNS);
printf{(a,b,c,d) in PATTERNS: use[a,b,c,d] > 0.5} "  %4d bars: %d x %g, %d x %g, %d x %g, %d x %g\n",
    use[a,b,c,d], a, length_mm[1], b, length_mm[2], c, length_mm[3], d, length_mm[4];

data;

param bar := 6000;
param : length_mm demand :=
    1      2350      38
    2      1720      61
    3      1180      84
    4       760     140 ;

end;
