/**
 * Plans the steps after which the service matches the files. Three states of each object are compared: that of the files,
 * that of the service, and the one that both last agreed on (base.ts, else the service's record of apply). The service's
 * state may be overwritten when it is the agreed one; otherwise somebody has changed it since, which is a conflict.
 */
import { canonicalJson, contentDigest } from "../../model/canonical";
import { type Base, baseKey, type Kind } from "./base";
import type { Live, LiveDocument, LiveTrigger } from "./live";
import { type Digests, sorted } from "./spec";
import type { Desired, DesiredDocument, DesiredTrigger } from "./workspaces";

/** `orphan`: an earlier apply created it, and it has no file any more; only --prune deletes it. */
export type Action = "none" | "create" | "update" | "replace" | "delete" | "orphan" | "conflict";

export interface Step {
  readonly action: Action;
  readonly kind: Kind;
  readonly name: string;
  /** Says what differs, or why the step cannot be done. */
  readonly reason: string;
  /** Digest for the record: of the files' state, or of the last apply when the object has no file any more. */
  readonly digest: string;
  readonly desired: DesiredDocument | DesiredTrigger | null;
  readonly live: LiveDocument | LiveTrigger | null;
}

export interface PlanOptions {
  readonly is_pruning: boolean;
  /** The files win in conflicts between states. Two objects of the same name stay a conflict. */
  readonly is_overwriting: boolean;
  /** Allows objects to move to another workspace, where other keys may see them. */
  readonly is_moving: boolean;
}

export function makePlan(desired: Desired, live: Live, base: Base, options: PlanOptions): Step[] {
  const judge = new Judge(live, base, options);
  const documents = desired.documents.map((one) => judge.decide("document", one, live.documents, documentChanges));
  const triggers = desired.triggers.map((one) => judge.decide("trigger", one, live.triggers, triggerChanges));
  const names = new Set([
    ...documents.map(({ name }) => baseKey("document", name)),
    ...triggers.map(({ name }) => baseKey("trigger", name)),
  ]);
  const gone = live.record.items.filter(({ kind, name }) => !names.has(baseKey(kind, name)));
  // Triggers go before the documents that they pin.
  const orphans = (["trigger", "document"] as const).flatMap((kind) =>
    gone
      .filter((item) => item.kind === kind)
      .flatMap(({ name, object_id, digest }) => {
        const found = live[`${kind}s`].find(({ object }) => object.id === object_id);
        return found === undefined ? [] : [judge.orphan(kind, name, digest, found)];
      }),
  );
  return [...documents, ...triggers, ...orphans];
}

class Judge {
  readonly #record: ReadonlyMap<string, string>;
  readonly #base: Base;
  readonly #options: PlanOptions;

  constructor(live: Live, base: Base, options: PlanOptions) {
    this.#record = new Map(live.record.items.map(({ kind, name, digest }) => [baseKey(kind, name), digest]));
    this.#base = base;
    this.#options = options;
  }

  decide<Wanted extends DesiredDocument | DesiredTrigger, Found extends LiveDocument | LiveTrigger>(
    kind: Kind,
    desired: Wanted,
    all: readonly Found[],
    changesOf: (desired: Wanted, live: Found) => { action: "update" | "replace"; reason: string },
  ): Step {
    const { name } = desired.spec;
    const found = all.filter(({ object }) => object.name === name);
    const step = (action: Action, reason: string, live: Found | null): Step => ({
      action,
      kind,
      name,
      reason,
      digest: desired.digest,
      desired,
      live,
    });
    if (found.length > 1) {
      const ids = found.map(({ object }) => object.id).join(", ");
      return step(
        "conflict",
        `${found.length} ${kind}s on the service have this name (${ids}); rename or delete all but one`,
        null,
      );
    }
    const live = found[0];
    if (live === undefined) return step("create", desired.file.file, null);
    if (live.digests[0] === desired.digest) return step("none", "", live);
    const [from, to] = [live.spec.workspace, desired.spec.workspace];
    if (from !== to && !this.#options.is_moving) return step("conflict", refusedMove(from, to), live);
    const why = this.#conflict(kind, name, live.digests);
    if (why !== null && !this.#options.is_overwriting) return step("conflict", why, live);
    const { action, reason } = changesOf(desired, live);
    return step(action, reason, live);
  }

  orphan(kind: Kind, name: string, digest: string, live: LiveDocument | LiveTrigger): Step {
    const step = (action: Action, reason: string): Step => ({
      action,
      kind,
      name,
      reason,
      digest,
      desired: null,
      live,
    });
    if (!this.#options.is_pruning) return step("orphan", "no file any more; --prune deletes it");
    const why = this.#conflict(kind, name, live.digests);
    if (why !== null && !this.#options.is_overwriting) return step("conflict", `no file any more, but ${why}`);
    return step("delete", kind === "trigger" ? "no file any more; its runs go with it" : "no file any more");
  }

  #conflict(kind: Kind, name: string, live: Digests): string | null {
    const key = baseKey(kind, name);
    const agreed = this.#base.get(key) ?? this.#record.get(key);
    if (agreed !== undefined && live.includes(agreed)) return null;
    return agreed === undefined
      ? "is on the service already, by other means than these files; export it, or take the files' side with --overwrite"
      : "changed on the service since; export it to see how, or take the files' side with --overwrite";
  }
}

function refusedMove(from: string, to: string): string {
  const [here, there] = [JSON.stringify(from), JSON.stringify(to)];
  return `is in the workspace ${here} and the files say ${there}: keys limited to ${here} would lose it; say "workspace: ${from}", or let it move with --move`;
}

/** The reason text of a move between workspaces; empty when there is no move. */
function moveOf(spec: { readonly workspace: string }, live: { readonly workspace: string }): string[] {
  if (spec.workspace === live.workspace) return [];
  return [`workspace ${JSON.stringify(live.workspace)} -> ${JSON.stringify(spec.workspace)}`];
}

function documentChanges(
  { spec }: DesiredDocument,
  { spec: live }: LiveDocument,
): { action: "update"; reason: string } {
  const changed = (["model_json", "canvas_json"] as const).filter(
    (field) => contentDigest(spec[field] ?? null) !== contentDigest(live[field] ?? null),
  );
  const reasons = [...moveOf(spec, live), ...changed.map((field) => field.replace("_json", ""))];
  return { action: "update", reason: reasons.join(", ") };
}

function triggerChanges(
  { spec }: DesiredTrigger,
  { spec: live }: LiveTrigger,
): { action: "update" | "replace"; reason: string } {
  const names = new Set([...Object.keys(spec.fields), ...Object.keys(live.fields)]);
  const changed = [...names].filter((name) => canonicalJson(spec.fields[name]) !== canonicalJson(live.fields[name]));
  if (spec.is_enabled !== live.is_enabled) changed.push(spec.is_enabled ? "enabled" : "disabled");
  if (canonicalJson(sorted(spec.schedules)) !== canonicalJson(sorted(live.schedules))) changed.push("schedules");
  const moved = moveOf(spec, live);
  const is_same_model = spec.model_digest === live.model_digest && spec.document === live.document;
  if (is_same_model && moved.length === 0) return { action: "update", reason: changed.join(", ") };
  return { action: "replace", reason: [...moved, ...(is_same_model ? [] : ["model"]), ...changed].join(", ") };
}
