/** A problem as the text of a file, or a sentence about what the format cannot express. */
export type Written = { readonly text: string } | { readonly error: string };
