/** Programs that fire a trigger at its real address and print the answer; they need only the language and its standard library. */
import type { FormField } from "../../inputs/fields";

const SECRET_NAME = "JAOT_SECRET";
const EXAMPLE_CHARACTERS_MAX = 400;

export interface SnippetFacts {
  /** The URL of the fire route. */
  readonly url: string;
  /** The secret while it is shown in this tab; null when the program takes it from the environment. */
  readonly secret: string | null;
  readonly override_data: Readonly<Record<string, unknown>>;
}

export interface Snippet {
  readonly name: string;
  readonly text: string;
}

/** The required inputs, or else one small input with the model's value, so that the example shows how to send data. */
export function exampleData(fields: readonly FormField[]): Readonly<Record<string, unknown>> {
  const small = ({ usual }: FormField): boolean => (JSON.stringify(usual)?.length ?? 0) <= EXAMPLE_CHARACTERS_MAX;
  const required = fields.filter((field) => field.required);
  const known = fields.filter((field) => field.usual !== undefined && field.input?.kind !== "set" && small(field));
  const shown = required.length > 0 ? required : known.slice(0, 1);
  return Object.fromEntries(shown.map((field) => [field.name, field.usual ?? placeholder(field)]));
}

function placeholder({ type, input }: FormField): unknown {
  const of = type ?? input?.type ?? "number";
  return { string: "text", number: 1, integer: 1, boolean: true, array: [], object: {} }[of];
}

export function snippetsOf(facts: SnippetFacts): readonly Snippet[] {
  return [curl(facts), python(facts), javascript(facts), powershell(facts), ciJob(facts)];
}

const bodyOf = ({ override_data }: SnippetFacts): string => JSON.stringify({ override_data });
/** Quotes a text with single quotes for a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function curl(facts: SnippetFacts): Snippet {
  const secret = facts.secret === null ? `$${SECRET_NAME}` : facts.secret;
  const text = `${exported(facts)}curl -sS ${quoted(facts.url)} \\
  -H "Authorization: Bearer ${secret}" \\
  -H 'Content-Type: application/json' -H 'Prefer: wait=60' \\
  -d ${quoted(bodyOf(facts))}`;
  return { name: "curl", text };
}

function exported({ secret }: SnippetFacts): string {
  return secret === null ? `export ${SECRET_NAME}=...   # the secret that was shown when the trigger was made\n` : "";
}

function python(facts: SnippetFacts): Snippet {
  const secret = facts.secret === null ? `os.environ["${SECRET_NAME}"]` : JSON.stringify(facts.secret);
  const text = `import json${facts.secret === null ? ", os" : ""}, urllib.request

body = json.loads(${pythonText(bodyOf(facts))})
request = urllib.request.Request(
    ${JSON.stringify(facts.url)},
    data=json.dumps(body).encode(),
    headers={
        "Authorization": "Bearer " + ${secret},
        "Content-Type": "application/json",
        "Prefer": "wait=60",
    },
)
with urllib.request.urlopen(request) as answer:
    run = json.load(answer)
print(run["status"], (run.get("result_data") or {}).get("objective_value"))`;
  return { name: "Python", text };
}

/** A JSON string is also a Python string: Python reads all its escapes the same way. */
function pythonText(text: string): string {
  return JSON.stringify(text);
}

function javascript(facts: SnippetFacts): Snippet {
  const secret = facts.secret === null ? `\${process.env.${SECRET_NAME}}` : facts.secret;
  const text = `const answer = await fetch(${JSON.stringify(facts.url)}, {
  method: "POST",
  headers: {
    Authorization: \`Bearer ${secret}\`,
    "Content-Type": "application/json",
    Prefer: "wait=60",
  },
  body: JSON.stringify(${bodyOf(facts)}),
});
const run = await answer.json();
console.log(run.status, run.result_data?.objective_value);`;
  return { name: "JavaScript", text };
}

function powershell(facts: SnippetFacts): Snippet {
  const secret = facts.secret === null ? `$env:${SECRET_NAME}` : `"${facts.secret}"`;
  const text = `$headers = @{ Authorization = "Bearer " + ${secret}; Prefer = "wait=60" }
$body = ${powershellQuoted(bodyOf(facts))}
$run = Invoke-RestMethod -Method Post -Uri ${powershellQuoted(facts.url)} -Headers $headers -ContentType 'application/json' -Body $body
"$($run.status) $($run.result_data.objective_value)"`;
  return { name: "PowerShell", text };
}

/** PowerShell treats typographic quotes like the plain one, so each must be doubled (about_Quoting_Rules). */
function powershellQuoted(text: string): string {
  return `'${text.replaceAll(/['\u2018-\u201b]/g, "$&$&")}'`;
}

function ciJob(facts: SnippetFacts): Snippet {
  const text = `# .gitlab-ci.yml; ${SECRET_NAME} is a masked variable of the project
solve:
  image: curlimages/curl
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  script:
    - |
      curl -sS --fail-with-body '${facts.url}' \\
        -H "Authorization: Bearer $${SECRET_NAME}" \\
        -H 'Content-Type: application/json' -H 'Prefer: wait=60' \\
        -d ${quoted(bodyOf(facts))} -o answer.json
  artifacts:
    paths: [answer.json]`;
  return { name: "CI job", text };
}
