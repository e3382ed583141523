/** Styles are bundled by Bun; a module of TypeScript sees only that they were imported. */
declare module "*.css";
