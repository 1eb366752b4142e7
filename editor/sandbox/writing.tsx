import { CornerDownRight, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../ui/button.tsx';

/** What the next line that is sent becomes, where it is no plain comment or message. */
export type Writing =
  | { kind: 'reply'; commentId: string; username: string }
  | { kind: 'mention' }
  | { kind: 'caption_mention' }
  | { kind: 'story_reply' }
  | { kind: 'referral' }
  | { kind: 'edit'; messageId: string };

/** Says what the box below writes, and lets go of it. */
export function WritingLine({ writing, onCancel }: { writing: Writing; onCancel(): void }) {
  const { t } = useTranslation('sandbox');
  const text =
    writing.kind === 'reply' ? t('replyingTo', { username: writing.username }) : t(`writing.${writing.kind}`);
  return (
    <p className="flex items-center gap-1 border-t border-border px-3 pt-1 text-xs text-muted-foreground">
      <CornerDownRight className="size-3.5" aria-hidden />
      <span className="min-w-0 flex-1 truncate">{text}</span>
      <IconButton label={t('cancelReply')} className="size-6" onClick={onCancel}>
        <X aria-hidden />
      </IconButton>
    </p>
  );
}
