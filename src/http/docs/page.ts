/**
 * The page at /docs: the OpenAPI document as HTML, made on the server. It has no script, so its content security policy can
 * forbid scripts. The viewers that others publish bring 1 to 3 MB of script and need inline styles.
 */
import type { OpenapiDocument } from "../openapi/document";
import { type Html, html, prose } from "./html";
import { spellJson } from "./json_text";
import { fieldRows, spellSchema } from "./schema";

// biome-ignore lint/suspicious/noExplicitAny: the document is plain JSON here.
type Json = any;

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operation: Json;
}

export function renderDocs(document: OpenapiDocument): string {
  const { info, tags, components, webhooks } = document as Json;
  const operations = operationsOf(document);
  const groups = (tags as Json[]).map(({ name, description }) => ({
    name,
    description,
    operations: operations.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const schemas = Object.entries(components.schemas as Json);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} ${info.version}: the API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="page">
<nav aria-label="Contents">
<ul>
<li><a href="#start">Start</a></li>
${groups.map((group) => navigation(group.name, group.operations))}
<li><a href="#webhook-events">Webhook events</a></li>
<li><a href="#errors">Errors</a></li>
<li><a href="#schemas">Schemas</a></li>
</ul>
</nav>
<main id="content">
<h1 id="start">${info.title} <span class="quiet">${info.version}</span></h1>
${(info.description as string).split("\n\n").map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
<p>For programs: <a href="/openapi.json">openapi.json</a>, OpenAPI ${document.openapi}.</p>
${groups.map(
  (group) => html`<section aria-labelledby="${idOf(group.name)}">
<h2 id="${idOf(group.name)}">${group.name}</h2>
<p>${prose(group.description)}</p>
${group.operations.map((entry) => article(entry))}
</section>`,
)}
<section aria-labelledby="webhook-events">
<h2 id="webhook-events">Webhook events</h2>
<p>What a trigger's webhook_url gets as POST. Any 2xx counts as delivered.</p>
${Object.entries(webhooks as Record<string, Json>).map(([event, { post }]) => webhook(event, post))}
</section>
<section aria-labelledby="errors">
<h2 id="errors">Errors</h2>
<p>How each refusal reads. <code>code</code> is what a program may test.</p>
${Object.entries(components.examples as Record<string, Json>).map(([name, { value }]) => errorArticle(name, value))}
</section>
<section aria-labelledby="schemas">
<h2 id="schemas">Schemas</h2>
${schemas.map(([name, schema]) => schemaArticle(name, schema))}
</section>
</main>
</div>
</body>
</html>
`.text;
}

function operationsOf(document: OpenapiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function idOf(name: string): string {
  return `tag-${name.toLowerCase()}`;
}

function navigation(name: string, operations: readonly Operation[]): Html {
  return html`<li><details><summary>${name}</summary><ul>
<li><a href="#${idOf(name)}">About ${name.toLowerCase()}</a></li>
${operations.map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>\n`)}</ul></details></li>
`;
}

const ROLE_TEXTS: Readonly<Record<string, string>> = {
  public: "Open: needs no key.",
  "trigger-secret": "Needs the trigger's secret, as bearer token or in the body.",
};

function article({ method, path, operation }: Operation): Html {
  const id: string = operation.operationId;
  const role: string = operation["x-role"];
  return html`<article aria-labelledby="${id}">
<h3 id="${id}">${operation.summary}</h3>
<p class="path"><code><span class="method ${method.toLowerCase()}">${method}</span>${path}</code></p>
<p class="quiet">${ROLE_TEXTS[role] ?? `Needs an API key of role ${role} or above.`}</p>
${operation.description === undefined ? "" : html`<p>${prose(operation.description)}</p>`}
${parameters(operation.parameters)}
${body(operation.requestBody)}
${curl(method, path, operation)}
<h4>Answers</h4>
${Object.entries(operation.responses as Json).map(([status, response]) => answer(status, response))}
</article>
`;
}

function parameters(list: readonly Json[]): Html {
  if (list.length === 0) return html``;
  const rows = list.map(
    (one) => html`<tr><th scope="row"><code>${one.name}</code></th><td>${one.in}</td><td>${spellSchema(one.schema)}</td>
<td>${prose(one.description)}</td></tr>\n`,
  );
  return html`<h4>Parameters</h4>
${table("Parameters", ["Name", "In", "Type", "Meaning"], rows)}`;
}

function body(requestBody: Json): Html {
  if (requestBody === undefined) return html``;
  const { schema, example } = requestBody.content["application/json"];
  return html`<h4>Body${requestBody.required ? "" : " (optional)"}</h4>
${schema.description === undefined ? "" : html`<p>${prose(schema.description)}</p>`}
${fields("Fields of the body", schema)}
${example === undefined ? "" : code(spellJson(example), "Example body")}`;
}

function answer(status: string, response: Json): Html {
  const media = Object.entries((response.content ?? {}) as Record<string, Json>)[0];
  if (media === undefined) return html`<p><strong>${status}</strong> ${prose(response.description)}</p>`;
  const [type, { schema, example, examples }] = media;
  if (examples !== undefined) return refusals(status, Object.keys(examples));
  const text = typeof example === "string" ? example : spellJson(example);
  return html`<details><summary><strong>${status}</strong> ${prose(response.description)}</summary>
<p>${type === "application/json" ? spellSchema(schema) : html`<code>${type}</code>`}</p>
${code(text, `Example of ${status}`)}</details>
`;
}

function refusals(status: string, codes: readonly string[]): Html {
  const links = codes.map((one, i) => html`${i === 0 ? "" : ", "}<a href="#error-${one}">${one}</a>`);
  return html`<p><strong>${status}</strong> ${links}</p>`;
}

function errorArticle(name: string, value: unknown): Html {
  return html`<article aria-labelledby="error-${name}"><h3 id="error-${name}"><code>${name}</code></h3>
${code(spellJson(value), `Example of ${name}`)}</article>
`;
}

/** A line to copy into a shell, in the form of README's quick start. */
function curl(method: string, path: string, operation: Json): Html {
  const words = ["curl", `"$JAOT${path.replace(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`)}"`];
  if (method !== "GET") words.push(`-X ${method}`);
  const token = { public: null, "trigger-secret": "$SECRET" }[operation["x-role"] as string];
  if (token !== null) words.push(`-H "Authorization: Bearer ${token ?? "$KEY"}"`);
  const example = operation.requestBody?.content["application/json"].example;
  if (example !== undefined) {
    const text = JSON.stringify(example).replaceAll("'", "'\\''");
    words.push(`-H 'content-type: application/json'`, `-d '${text}'`);
  }
  return html`<h4>With curl</h4>\n${code(words.join(" \\\n  "), "The call with curl")}`;
}

function webhook(event: string, post: Json): Html {
  const { schema, example } = post.requestBody.content["application/json"];
  return html`<article aria-labelledby="${event}"><h3 id="${event}"><code>${event}</code></h3>
<p>${post.summary}. Body: ${spellSchema(schema)}</p>
${example === undefined ? "" : code(spellJson(example), `Example of ${event}`)}</article>
`;
}

function schemaArticle(name: string, schema: Json): Html {
  return html`<article aria-labelledby="schema-${name}"><h3 id="schema-${name}">${name}</h3>
${schema.description === undefined ? "" : html`<p>${prose(schema.description)}</p>`}
${fields(`Fields of ${name}`, schema)}</article>
`;
}

function fields(caption: string, schema: Json): Html {
  const rows = fieldRows(schema).map(
    ({ name, type, description, is_required }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${type}</td><td>${is_required ? "" : "optional. "}${prose(description)}</td></tr>\n`,
  );
  return rows.length === 0 ? html`<p>${spellSchema(schema)}</p>` : table(caption, ["Field", "Type", "Meaning"], rows);
}

/** A table that scrolls sideways when it is wide, also with the keyboard. */
function table(caption: string, heads: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="table" role="region" aria-label="${caption}" tabindex="0"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>
${rows}</tbody></table></div>`;
}

function code(text: string, label: string): Html {
  return html`<pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>`;
}
