import type { ReactNode } from 'react';
import type { NodeTypeInfo } from '../../engine/catalogue.ts';
import type { GraphNode } from '../../engine/graph.ts';
import { outputPorts } from '../../engine/ports.ts';
import { useCanvasText } from '../canvas/texts.ts';
import { type Block, parseInline, parseMarkdown } from './markdown.ts';

/** The help of a node type, and what its outputs are. */
export function DocsTab({ node, type }: { node: GraphNode; type: NodeTypeInfo | undefined }) {
  const t = useCanvasText();
  if (!type) return null;
  const ports = outputPorts(type, node);
  return (
    <div className="flex flex-col gap-3 text-sm leading-6">
      <p>{type.summary}</p>
      {parseMarkdown(type.docs ?? '').map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a document that never changes
        <MarkdownBlock key={index} block={block} />
      ))}
      {ports.length > 0 && (
        <p className="text-xs text-muted-foreground">
          {t('outputs')}: {ports.map((port) => port.label).join(', ')}
        </p>
      )}
      <p className="text-xs text-muted-foreground">
        <code>{type.type}</code> v{type.version}
        {type.source !== 'builtin' && ` · ${type.source}`} · {t('nodeId')} <code>{node.id}</code>
      </p>
    </div>
  );
}

function MarkdownBlock({ block }: { block: Block }): ReactNode {
  switch (block.kind) {
    case 'heading':
      return <h3 className="font-semibold">{inline(block.text)}</h3>;
    case 'paragraph':
      return <p>{inline(block.text)}</p>;
    case 'code':
      return <pre className="overflow-x-auto rounded-md bg-muted p-2 font-mono text-xs">{block.text}</pre>;
    case 'list':
      return (
        <ul className="list-disc pl-5">
          {block.items.map((item) => (
            <li key={item}>{inline(item)}</li>
          ))}
        </ul>
      );
    case 'table':
      return (
        <table className="w-full border-collapse text-xs">
          <thead>
            <tr>
              {block.head.map((cell) => (
                <th key={cell} className="border-b border-border py-1 pr-2 text-left font-medium">
                  {inline(cell)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((row) => (
              <tr key={row.join('|')}>
                {row.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells of a table that never changes
                  <td key={index} className="border-b border-border py-1 pr-2 align-top">
                    {inline(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
    default:
      return block satisfies never;
  }
}

function inline(text: string): ReactNode[] {
  return parseInline(text).map((part, index) => {
    const key = `${index}-${part.kind}`;
    if (part.kind === 'code') {
      return (
        <code key={key} className="rounded bg-muted px-1 font-mono text-xs">
          {part.text}
        </code>
      );
    }
    if (part.kind === 'strong') return <strong key={key}>{part.text}</strong>;
    if (part.kind === 'link') {
      return (
        <a key={key} href={part.href} target="_blank" rel="noreferrer" className="underline">
          {part.text}
        </a>
      );
    }
    return part.text;
  });
}
