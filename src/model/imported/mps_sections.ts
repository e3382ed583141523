/** Sections of an MPS file: those that are read, and those of other solvers. */

export type Section =
  | "NAME"
  | "OBJSENSE"
  | "ROWS"
  | "COLUMNS"
  | "RHS"
  | "RANGES"
  | "BOUNDS"
  | "QUADRATIC"
  | "ENDATA"
  | "SKIPPED";

export const SECTIONS: Readonly<Record<string, Section>> = {
  NAME: "NAME",
  OBJSENSE: "OBJSENSE",
  ROWS: "ROWS",
  COLUMNS: "COLUMNS",
  RHS: "RHS",
  RANGES: "RANGES",
  BOUNDS: "BOUNDS",
  QUADOBJ: "QUADRATIC",
  QMATRIX: "QUADRATIC",
  QSECTION: "QUADRATIC",
  ENDATA: "ENDATA",
};
/** Sections of other solvers, each with what it contains. */
export const UNSUPPORTED: Readonly<Record<string, string>> = {
  SOS: "special ordered sets",
  SOS1: "special ordered sets",
  SOS2: "special ordered sets",
  SETS: "special ordered sets",
  QCMATRIX: "quadratic constraints",
  CSECTION: "cones",
  INDICATORS: "indicator constraints",
  GENCONS: "general constraints",
  PWLOBJ: "piecewise linear objectives",
  PWLNAM: "piecewise linear functions",
  PWLCON: "piecewise linear constraints",
  LAZYCONS: "lazy constraints",
  DELAYEDROWS: "delayed rows",
  MODELCUTS: "cuts",
  USERCUTS: "user cuts",
  OBJNAME: "the choice of an objective row",
  REFROW: "reference rows",
  BRANCH: "branching priorities",
};
export const KEYWORDS = [...Object.keys(SECTIONS), ...Object.keys(UNSUPPORTED)];
