/** Bun bundles the styles; for TypeScript it is enough to know that such a module exists. */
declare module "*.css";
