/** Facts about the service that are built into the page, so that the page need not ask for them and they stand in one place. */
import { pageFacts } from "../http/page/page_facts" with { type: "macro" };

export const FACTS = pageFacts();
