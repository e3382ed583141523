import { Screen } from "../layout/screen";

export default function ModelScreen({ document_id }: { readonly document_id: string; readonly tab: string }) {
  return <Screen title={document_id}>{null}</Screen>;
}
