/** The version of HiGHS inside the executable, known without loading it; a test compares it with what HiGHS reports. */
export const SOLVER_VERSION = "HiGHS 1.15.1";
