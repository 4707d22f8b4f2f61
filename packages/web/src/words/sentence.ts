// Whole sentences with placeholders: `{name} joined the chat`. Where a name stands in the sentence is the language's business.

/** The names of the placeholders in a sentence. */
type PlaceholdersOf<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlaceholdersOf<Rest>
  : never;

/** The sentence in pieces: texts as they stand, and what is given for each placeholder. For nodes of a page. */
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

/** The sentence as text. */
export function sentence<T extends string>(
  text: T,
  values: Readonly<Record<PlaceholdersOf<T>, string | number>>,
): string {
  return pieces(text, values).join('');
}
