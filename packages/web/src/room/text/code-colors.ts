// Code in pieces, each with the kind that gives it its color. Loaded with the first code in a language it knows.

import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';
import { attempt } from '../../browser/browser.ts';

export type CodeKind = 'keyword' | 'string' | 'number' | 'name' | 'comment';
export type CodePiece = { readonly text: string; readonly kind: CodeKind | undefined };

const systems = { c, cpp, go, java, rust };
const scripts = { bash, javascript, python, sql, typescript };
const data = { css, diff, json, xml, yaml };
const lowlight = createLowlight({ ...systems, ...scripts, ...data });

type Found = ReturnType<typeof lowlight.highlight>['children'][number];

const KINDS: ReadonlyMap<unknown, CodeKind> = new Map(
  Object.entries({
    'hljs-keyword': 'keyword',
    'hljs-selector-tag': 'keyword',
    'hljs-section': 'keyword',
    'hljs-string': 'string',
    'hljs-regexp': 'string',
    'hljs-char': 'string',
    'hljs-addition': 'string',
    'hljs-number': 'number',
    'hljs-literal': 'number',
    'hljs-symbol': 'number',
    'hljs-deletion': 'number',
    'hljs-title': 'name',
    'hljs-name': 'name',
    'hljs-type': 'name',
    'hljs-built_in': 'name',
    'hljs-attr': 'name',
    'hljs-attribute': 'name',
    'hljs-property': 'name',
    'hljs-selector-class': 'name',
    'hljs-selector-id': 'name',
    'hljs-variable': 'name',
    'hljs-comment': 'comment',
    'hljs-meta': 'comment',
    'hljs-quote': 'comment',
  } as const),
);

/** The code in order, nothing lost; undefined where the grammar failed. */
export function coloredCode(grammar: string, code: string): readonly CodePiece[] | undefined {
  return attempt(() =>
    lowlight.highlight(grammar, code).children.flatMap((found) => piecesOf(found, undefined)),
  );
}

function piecesOf(found: Found, around: CodeKind | undefined): readonly CodePiece[] {
  if (found.type === 'text') return [{ text: found.value, kind: around }];
  if (found.type !== 'element') return [];
  const names = found.properties['className'];
  const kind = Array.isArray(names) ? KINDS.get(names[0]) : undefined;
  return found.children.flatMap((inner) => piecesOf(inner, kind ?? around));
}
