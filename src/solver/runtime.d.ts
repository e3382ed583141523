/** The path of the solver's WebAssembly file: beside the package, or inside the compiled executable. */
declare module "highs/runtime" {
  const path: string;
  export default path;
}
