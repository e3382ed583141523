/** The objects in the API's answers. Their types come from the server; answers that the server writes as text are described here. */

export type { FormField } from "../../http/page/page_facts";
export type { EditorMode, ModelFormat } from "../../model/formats";
export type { InputDeclaration } from "../../model/inputs";
export type { Role } from "../../roles";
export type { RunState } from "../../runs/run";
export type { KeyObject } from "../../services/access/keys";
export type { Session } from "../../services/access/sign_in";
export type { DocumentObject } from "../../services/documents/document_fields";
export type { WrittenDocument } from "../../services/documents/documents";
export type { ExampleObject, ExampleSummary } from "../../services/documents/examples";
export type { VersionObject } from "../../services/documents/versions";
export type { ListingPage } from "../../services/listing_page";
export type { Concern, LaneRun, Overview, TriggerActivity } from "../../services/operations/overview";
export type { SystemFacts } from "../../services/operations/system";
export type { RunObject, RunSummary } from "../../services/runs/runs";
export type { ScheduleObject } from "../../services/schedules/schedule_fields";
export type { PatternPreview, TickPreview } from "../../services/schedules/schedule_previews";
export type { TickObject } from "../../services/schedules/ticks";
export type { TriggerObject } from "../../services/triggers/trigger_fields";
export type { TriggerSecrets } from "../../services/triggers/triggers";
export type { DeliveryObject, FullDeliveryObject } from "../../services/webhooks/deliveries";

/** A document in a listing. */
export interface DocumentSummary {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
}
export type { ModelChanges } from "../../model/changes";
export type { Diagnostic } from "../../model/diagnostics";
export type { AuditObject } from "../../services/access/audit";
export type { WorkspaceObject } from "../../services/access/workspaces";
export type { Validation } from "../../services/runs/solve";
export type { Verification } from "../../services/runs/verify";
