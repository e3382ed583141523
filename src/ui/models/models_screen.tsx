import { Screen } from "../layout/screen";

export default function Placeholder() {
  return <Screen title="models">{null}</Screen>;
}
