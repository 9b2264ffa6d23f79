//! Blocks of code in eight languages, no two alike.

use super::corpus::Random;

/// The block of a number: its language and its text.
pub(crate) fn block(random: &mut Random, number: usize) -> (&'static str, String) {
    let (language, template) = TEMPLATES[number % TEMPLATES.len()];
    let mut code = String::with_capacity(template.len() * 2);
    let words = [random.word(), random.word(), random.word()];
    for part in template.split('%') {
        match part.split_at_checked(1) {
            Some(("a", rest)) => code.extend([words[0], rest]),
            Some(("b", rest)) => code.extend([words[1], rest]),
            Some(("c", rest)) => code.extend([words[2], rest]),
            Some(("n", rest)) => code.extend([&number.to_string(), rest]),
            _ => code.push_str(part),
        }
    }
    (language, code)
}

/// Each with three words and its number filled in; the first part stands as it is.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "rust",
        "/// Counts each `%a` of a %b.
pub fn count_%a_%n(items: &[%bItem], limit: usize) -> Result<usize, Error> {
    let mut total = 0;
    for (index, item) in items.iter().enumerate().take(limit) {
        match item.%c.as_deref() {
            Some(\"%a\") if index > %n => total += 1,
            Some(other) => return Err(Error::new(format!(\"bad %c: {other}\"))),
            None => continue, // nothing to count
        }
    }
    Ok(total)
}
",
    ),
    (
        "python",
        "from dataclasses import dataclass, field


@dataclass(frozen=True)
class %aRecord%n:
    \"\"\"One %a with its %b.\"\"\"

    name: str
    %b: int = %n
    tags: list[str] = field(default_factory=list)

    def describe(self, *, upper: bool = False) -> str:
        text = f\"{self.name}: {self.%b:>8,d}\"  # aligned
        return text.upper() if upper else text
",
    ),
    (
        "typescript",
        "export interface %aOptions { limit?: number; %b: readonly string[] }

export async function load%n(client: Client, options: %aOptions): Promise<Map<string, %bEntry>> {
  const entries = new Map<string, %bEntry>();
  const response = await client.get(`/v1/%a/${options.%b.join(',')}?limit=%n`);
  for (const { id, ...rest } of response.items ?? []) {
    if (!entries.has(id)) entries.set(id, { ...rest, seen: true });
  }
  return entries; // in the order of arrival
}
",
    ),
    (
        "go",
        "package %a

import (\n\t\"context\"\n\t\"fmt\"\n)

// Send%n sends one %b and waits for the %c.
func (s *Server) Send%n(ctx context.Context, id string, size int) (err error) {
\tif size > %n {\n\t\treturn fmt.Errorf(\"%c: size %d of %q\", size, id)\n\t}
\tselect {\n\tcase s.%b <- request{id: id, size: size}:\n\t\treturn nil
\tcase <-ctx.Done():\n\t\treturn ctx.Err()\n\t}
}
",
    ),
    (
        "sql",
        "-- The newest %a of each %b.
CREATE TABLE IF NOT EXISTS %a_%n (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    %b text NOT NULL CHECK (length(%b) > 0),
    created_at timestamptz NOT NULL DEFAULT now()
);
SELECT DISTINCT ON (a.%b) a.id, a.%b, count(*) FILTER (WHERE c.state = '%c') AS %c_count
FROM %a_%n AS a LEFT JOIN %c AS c ON c.%a_id = a.id
WHERE a.created_at >= now() - interval '%n days'
GROUP BY a.id, a.%b ORDER BY a.%b, a.id DESC LIMIT 100;
",
    ),
    (
        "bash",
        "#!/usr/bin/env bash
set -euo pipefail
readonly %a_dir=\"${%a_DIR:-/var/lib/%b}\"
for file in \"$%a_dir\"/*.%c; do
  [[ -f $file ]] || continue
  size=$(stat --format=%s \"$file\")
  if ((size > %n)); then
    gzip --best --keep \"$file\" && echo \"packed ${file##*/} ($size bytes)\" >&2
  fi
done | sort -u > \"/tmp/%b-%n.log\"
",
    ),
    (
        "yaml",
        "# The %a of the %b.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: %a-%n
  labels: { app: %b, tier: \"%c\" }
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: %b
          image: registry.example/%b:%n
          env:
            - name: LIMIT
              value: \"%n\"
          resources: &limits { cpu: 500m, memory: 256Mi }
",
    ),
    (
        "json",
        "{
  \"%a\": { \"id\": %n, \"name\": \"%b\", \"active\": true, \"score\": 12.5e-3 },
  \"%c\": [
    { \"kind\": \"%a\", \"from\": \"2026-01-%n\", \"to\": null },
    { \"kind\": \"%b\", \"tags\": [\"%a\", \"%c\\n\", \"x-%n\"] }
  ],
  \"limits\": { \"%b\": -%n, \"burst\": [1, 2, 3, 5, 8, 13] }
}
",
    ),
];
