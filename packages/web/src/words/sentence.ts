// Whole sentences with placeholders: `{name} joined the chat`. Word order differs between languages.

/** The names of the placeholders in a sentence. */
type PlaceholdersOf<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlaceholdersOf<Rest>
  : never;

/** The sentence split at its placeholders, with the given values in their places. For nodes of a page. */
export function pieces<T extends string, V>(
  sentence: T,
  values: Readonly<Record<PlaceholdersOf<T>, V>>,
): readonly (string | V)[] {
  const given = new Map<string, V>(Object.entries(values));
  return sentence
    .split(/\{(\w+)\}/)
    .map((piece, index) => (index % 2 === 0 ? piece : (given.get(piece) ?? '')))
    .filter((piece) => piece !== '');
}

/** The sentence as one text. */
export function sentence<T extends string>(
  text: T,
  values: Readonly<Record<PlaceholdersOf<T>, string | number>>,
): string {
  return pieces(text, values).join('');
}
