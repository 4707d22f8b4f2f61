// Draws the Markdown of a message.

import { Component } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Block, type Inline, inlineText } from '../text/rich-nodes.ts';
import { richTexts } from '../../words/rich-text.ts';
import { CodeBlock } from './code-block.tsx';
import { Link, NamedLink, NamedText } from './link.tsx';

type BlocksProps = { readonly blocks: readonly Block[] };
type InlinesProps = { readonly nodes: readonly Inline[] };
/** `dir` is set on the outermost block: what is nested in it runs the same way. */
type Direction = { readonly dir?: 'auto' };

/** Renders again only for another text, not when the state of its message changes. */
export class RichText extends Component<BlocksProps> {
  override shouldComponentUpdate(next: BlocksProps): boolean {
    return next.blocks !== this.props.blocks;
  }

  override render({ blocks }: BlocksProps) {
    return (
      <div class="rich">
        <Blocks blocks={blocks} dir="auto" />
      </div>
    );
  }
}

function Blocks({ blocks, ...direction }: BlocksProps & Direction) {
  return blocks.map((block) => <BlockOf block={block} {...direction} />);
}

function BlockOf({ block, ...direction }: Direction & { readonly block: Block }) {
  switch (block.type) {
    case 'paragraph':
      return (
        <p {...direction}>
          <Inlines nodes={block.children} />
        </p>
      );
    case 'quote':
      return (
        <blockquote {...direction}>
          <Blocks blocks={block.children} />
        </blockquote>
      );
    case 'list':
      return <List list={block} {...direction} />;
    case 'code-block':
      return <CodeBlock language={block.language} code={block.text} />;
  }
}

type ListProps = Direction & { readonly list: Extract<Block, { type: 'list' }> };

function List({ list: { start, items }, ...direction }: ListProps) {
  const rows = items.map((item) => (
    <li>
      <Blocks blocks={item} />
    </li>
  ));
  if (start === undefined) return <ul {...direction}>{rows}</ul>;
  return (
    <ol start={start} {...direction}>
      {rows}
    </ol>
  );
}

function Inlines({ nodes }: InlinesProps) {
  return nodes.map((node) => <InlineOf node={node} />);
}

function InlineOf({ node }: { readonly node: Inline }) {
  switch (node.type) {
    case 'text':
      return <>{node.text}</>;
    case 'named':
      return <NamedText node={node} />;
    case 'code':
      return <code>{node.text}</code>;
    case 'link':
      return <Link link={node} />;
    case 'named-link':
      return (
        <NamedLink link={node.link} text={node.children}>
          <Inlines nodes={node.children} />
        </NamedLink>
      );
    case 'spoiler':
      return <Spoiler nodes={node.children} />;
    case 'bold':
      return (
        <strong>
          <Inlines nodes={node.children} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Inlines nodes={node.children} />
        </em>
      );
    case 'struck':
      return (
        <s>
          <Inlines nodes={node.children} />
        </s>
      );
  }
}

/** Hidden until it is pressed; then it stays open, and the focus goes on from there. */
function Spoiler({ nodes }: InlinesProps) {
  const shown = useRef<HTMLSpanElement>(null);
  const [isShown, setShown] = useState(false);
  useLayoutEffect(() => {
    if (isShown) shown.current?.focus({ preventScroll: true });
  }, [isShown]);
  if (isShown)
    return (
      <span class="spoiler spoiler--shown" tabIndex={-1} ref={shown}>
        <Inlines nodes={nodes} />
      </span>
    );
  return (
    <button class="spoiler" type="button" aria-label={richTexts.hiddenText} onClick={() => setShown(true)}>
      <span class="spoiler__text">{inlineText(nodes)}</span>
    </button>
  );
}
