/**
 * Everything that the product may refuse, as a closed union. The caller can correct what was refused: the message says what
 * was found, what was expected and what to do next, and holds no secret. Any other thrown error is our bug.
 */

const REFUSAL_STATUS = {
  malformed_json: 400,
  invalid_cron: 400,
  missing_api_key: 401,
  invalid_api_key: 401,
  invalid_trigger_secret: 401,
  invalid_sign_in_link: 401,
  not_allowed: 403,
  foreign_origin: 403,
  route_not_found: 404,
  document_not_found: 404,
  version_not_found: 404,
  trigger_not_found: 404,
  run_not_found: 404,
  schedule_not_found: 404,
  tick_not_found: 404,
  key_not_found: 404,
  example_not_found: 404,
  delivery_not_found: 404,
  method_not_allowed: 405,
  body_too_slow: 408,
  trigger_disabled: 409,
  schedule_exists: 409,
  tick_has_run: 409,
  run_not_finished: 409,
  run_already_finished: 409,
  run_not_solved: 409,
  delivery_under_way: 409,
  webhook_missing: 409,
  last_admin_key: 409,
  workspace_exists: 409,
  applied_changed: 409,
  organization_exists: 409,
  changed_elsewhere: 412,
  body_too_large: 413,
  unsupported_media_type: 415,
  host_not_served: 421,
  validation_failed: 422,
  override_invalid: 422,
  model_invalid: 422,
  idempotency_conflict: 422,
  webhook_destination_refused: 422,
  too_many_failures: 429,
  trigger_queue_full: 429,
  bodies_full: 503,
  queue_full: 503,
  solver_unavailable: 503,
  shutting_down: 503,
  storage_busy: 503,
  storage_full: 507,
} as const;

export type RefusalCode = keyof typeof REFUSAL_STATUS;

/** HTTP status of a refusal. */
export function statusOfRefusal(code: RefusalCode): number {
  return REFUSAL_STATUS[code];
}

export interface RefusalExtras {
  /** Replaces the sentence in `detail`: the contract's two fixed shapes (422 list, refused overrides). */
  readonly detail?: unknown;
  /** Further top-level fields of the error body. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Further header fields of the answer, by their name in small letters. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds after which the same request may pass: sent as Retry-After. */
  readonly retry_after_seconds?: number;
}

/** Thrown by services, turned into one HTTP answer in http/edge/errors.ts and one line in the CLI. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly extras: RefusalExtras;

  constructor(code: RefusalCode, message: string, extras: RefusalExtras = {}) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.extras = extras;
  }

  /** HTTP status of this refusal. */
  get status(): number {
    return REFUSAL_STATUS[this.code];
  }
}
