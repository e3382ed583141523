/** The page's only source of time and of waiting: the browser's. */

export const now = (): number => Date.now();
