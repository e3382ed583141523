/** What the page knows of the service without asking it: read when the page is built, so that it is stated once. */
import { pageFacts } from "../http/page/page_facts" with { type: "macro" };

export const FACTS = pageFacts();
