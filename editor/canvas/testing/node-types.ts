import type { NodeTypeInfo } from '../../../engine/catalogue.ts';
import type { Graph } from '../../../engine/graph.ts';

/** A few node types in the shape of `GET /node-types`, for tests of the editor. */
export const testTypes: NodeTypeInfo[] = [
  nodeType('trigger.comment', {
    category: 'trigger',
    kind: 'trigger',
    name: 'New comment',
    icon: 'message-circle',
    configSchema: {
      type: 'object',
      properties: {
        keywords: { type: 'array', items: { type: 'string' }, title: 'Keywords', default: [] },
        ignoreOwn: { type: 'boolean', title: 'Ignore own comments', default: true },
      },
    },
  }),
  nodeType('ai.classify', {
    category: 'ai',
    name: 'Classify',
    icon: 'tags',
    phrase: 'Sort into {{ labels | map: "name" | join: ", " }}',
    outputs: [
      { each: 'labels', id: 'name' },
      { id: 'other', label: 'other' },
    ],
    configSchema: {
      type: 'object',
      properties: {
        text: { type: 'string', title: 'Text', default: '{{ trigger.comment.text }}' },
        labels: {
          type: 'array',
          title: 'Labels',
          default: [{ name: 'praise' }, { name: 'question' }],
          items: {
            type: 'object',
            properties: {
              name: { type: 'string', title: 'Name', template: false },
              description: { type: 'string', title: 'Description' },
            },
            required: ['name'],
          },
        },
      },
      required: ['text'],
    },
    outputSchema: {
      type: 'object',
      properties: { label: { type: 'string' }, confidence: { type: 'number' } },
    },
  }),
  nodeType('instagram.reply_to_comment', {
    category: 'instagram',
    name: 'Reply to comment',
    icon: 'reply',
    phrase: 'Reply: {{ text }}',
    hasEffect: true,
    configSchema: {
      type: 'object',
      properties: { text: { type: 'string', title: 'Text', widget: 'textarea' } },
      required: ['text'],
    },
  }),
  nodeType('logic.stop', { category: 'logic', name: 'Stop', icon: 'octagon-x', outputs: [] }),
  nodeType('logic.off', { category: 'logic', name: 'Switched off', icon: 'x', enabled: false }),
];

export const testTypeMap: ReadonlyMap<string, NodeTypeInfo> = new Map(
  testTypes.map((type) => [type.type, type]),
);

/** comment → classify, `praise` → reply. */
export function testGraph(): Graph {
  return {
    schemaVersion: 1,
    nodes: [
      { id: 'comment', type: 'trigger.comment', name: 'New comment', position: { x: 0, y: 0 }, config: {} },
      {
        id: 'classify',
        type: 'ai.classify',
        name: 'Classify',
        position: { x: 320, y: 0 },
        config: { text: '{{ trigger.comment.text }}', labels: [{ name: 'praise' }, { name: 'question' }] },
      },
      {
        id: 'reply',
        type: 'instagram.reply_to_comment',
        name: 'Reply',
        position: { x: 640, y: 0 },
        config: { text: 'Thanks, you are {{ steps.classify.output.label }}' },
      },
    ],
    edges: [
      { id: 'e1', source: 'comment', sourceHandle: 'out', target: 'classify', targetHandle: 'in' },
      { id: 'e2', source: 'classify', sourceHandle: 'praise', target: 'reply', targetHandle: 'in' },
    ],
  };
}

function nodeType(type: string, info: Partial<NodeTypeInfo>): NodeTypeInfo {
  return {
    type,
    version: 1,
    category: 'other',
    name: type,
    summary: `Summary of ${type}`,
    icon: 'box',
    kind: 'step',
    outputs: [{ id: 'out' }],
    hasEffect: false,
    configSchema: { type: 'object', properties: {} },
    source: 'builtin',
    enabled: true,
    ...info,
  };
}
