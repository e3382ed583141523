/** The HiGHS inside the binary, told without loading it; a test compares it with what HiGHS says of itself. */
export const SOLVER_VERSION = "HiGHS 1.15.1";
