import type { StepRecord } from '../../../engine/journal.ts';
import type { Author, ProposedSend, SendKind } from './proposed-send.ts';

/** Kinds that consist of a text, when nothing is attached. */
const KINDS_OF_TEXT: ReadonlySet<SendKind> = new Set(['text', 'private_reply', 'comment_reply']);

/**
 * Who wrote what is sent. In an execution it is the team's only if it is a text and nothing else, and word by word the text
 * that a person left in an approval of this execution after changing the draft. Whatever was added, cut off or sent along
 * makes it the flow's, and so does every doubt. Read from the journal, where only deciding an approval writes: what a node
 * says of itself has no say.
 *
 * Outside an execution a person writes: there it is what the caller says.
 * @param execution its journal, as it stood when this process took it up; an approval is decided before that
 */
export function authorOf(
  send: Pick<ProposedSend, 'kind' | 'text' | 'author'> & { attachments?: readonly unknown[] },
  execution: { executionId?: string | null; steps?: readonly StepRecord[] },
): Author {
  if (!execution.executionId) return send.author ?? 'flow';
  const { kind, text = '', attachments = [] } = send;
  if (!KINDS_OF_TEXT.has(kind) || attachments.length > 0 || text.trim() === '') return 'flow';
  const isTheirs = (execution.steps ?? []).some((step) => changedText(step)?.trim() === text.trim());
  return isTheirs ? 'team' : 'flow';
}

/** What a person made of a draft; undefined where they left it as it was, or where this is not known. */
function changedText({ wait, resume, output }: StepRecord): string | undefined {
  if (resume?.kind !== 'approval' || resume.decision !== 'approved') return undefined;
  const isChanged =
    wait?.for === 'approval'
      ? resume.text !== wait.draft
      : typeof output === 'object' && output !== null && 'edited' in output && output.edited === true;
  return isChanged ? resume.text : undefined;
}
