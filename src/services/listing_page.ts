/** One page of a listing, in the form of the API contract. Pages count from 1; a page past the end is empty. */
export interface ListingPage<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
  readonly total_pages: number;
  readonly has_next: boolean;
  readonly has_prev: boolean;
}

export function listingPage<Item>(
  items: readonly Item[],
  total: number,
  page: number,
  page_size: number,
): ListingPage<Item> {
  const total_pages = Math.ceil(total / page_size);
  return { items, total, page, page_size, total_pages, has_next: page < total_pages, has_prev: page > 1 };
}
