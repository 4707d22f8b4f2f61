// A draft and the message it is about, as one text for the tab's storage.

/** The message that a draft answers or edits; `behind` is the draft from before the edit. */
export type DraftAbout =
  | { readonly what: 'reply'; readonly key: string }
  | { readonly what: 'edit'; readonly key: string; readonly behind: WholeDraft };

export type WholeDraft = { readonly text: string; readonly about?: DraftAbout };

/** A plain text that begins like this would be read as JSON, so it is kept as JSON too. */
const JSON_START = '{"';

export function draftToText(draft: WholeDraft): string {
  const isPlain = draft.about === undefined && !draft.text.startsWith(JSON_START);
  return isPlain ? draft.text : JSON.stringify(draft);
}

export function draftFromText(kept: string): WholeDraft {
  if (!kept.startsWith(JSON_START)) return { text: kept };
  try {
    return draftFrom(JSON.parse(kept)) ?? { text: kept };
  } catch {
    return { text: kept };
  }
}

function draftFrom(value: unknown): WholeDraft | undefined {
  if (!isObject(value) || !('text' in value) || typeof value.text !== 'string') return undefined;
  const about = 'about' in value ? aboutFrom(value.about) : undefined;
  return about === undefined ? { text: value.text } : { text: value.text, about };
}

function aboutFrom(value: unknown): DraftAbout | undefined {
  if (!isObject(value) || !('what' in value) || !('key' in value) || typeof value.key !== 'string')
    return undefined;
  if (value.what === 'reply') return { what: 'reply', key: value.key };
  const behind = 'behind' in value ? draftFrom(value.behind) : undefined;
  return value.what === 'edit' ? { what: 'edit', key: value.key, behind: behind ?? { text: '' } } : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
