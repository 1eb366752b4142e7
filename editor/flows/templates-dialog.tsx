import { useTranslation } from 'react-i18next';
import type { Template } from '../../server/contract/shapes.ts';
import { useTemplates } from '../api/queries.ts';
import { useReadOnlyReason } from '../app/use-read-only.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { cardStyle } from '../ui/card.tsx';
import { cn } from '../ui/cn.ts';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorState } from '../ui/error-state.tsx';
import { SkeletonList } from '../ui/skeleton.tsx';
import { useFlowActions } from './flow-actions.ts';
import { TriggerIcons } from './trigger-icons.tsx';

export type TemplatesDialogProps = { open: boolean; onOpenChange(open: boolean): void };

/** Ready flows to start from. */
export function TemplatesDialog({ open, onOpenChange }: TemplatesDialogProps) {
  const { t } = useTranslation('flows');
  const templates = useTemplates(open);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t('templates.title')}
      description={t('templates.text')}
      className="max-w-3xl"
    >
      {templates.isPending && <SkeletonList rows={4} className="h-20" />}
      {templates.error && <ErrorState error={templates.error} onRetry={() => templates.refetch()} />}
      {templates.data?.length === 0 && <p className="text-muted-foreground">{t('templates.empty')}</p>}
      {templates.data && (
        <ul className="grid gap-3 sm:grid-cols-2">
          {templates.data.map((template) => (
            <TemplateCard key={template.id} template={template} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function TemplateCard({ template }: { template: Template }) {
  const { t } = useTranslation('flows');
  const { createFlow, isCreating } = useFlowActions();
  const readOnlyReason = useReadOnlyReason();
  const { name, description, graph, tags } = template;
  const triggers = graph.nodes.map(({ type }) => type).filter((type) => type.startsWith('trigger.'));
  return (
    <li className={cn(cardStyle, 'flex flex-col gap-2 p-3')}>
      <div className="flex items-center gap-2">
        <TriggerIcons types={triggers} />
        <h3 className="min-w-0 flex-1 truncate font-medium">{name}</h3>
      </div>
      <p className="flex-1 text-muted-foreground">{description}</p>
      <div className="flex flex-wrap items-center gap-1">
        {tags.map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
        <Button
          size="sm"
          className="ml-auto"
          isBusy={isCreating}
          disabledReason={readOnlyReason}
          aria-label={t('templates.useNamed', { name })}
          onClick={() => createFlow({ name, description, graph })}
        >
          {t('templates.use')}
        </Button>
      </div>
    </li>
  );
}
