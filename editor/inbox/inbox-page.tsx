import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useApprovals, useEscalations } from '../api/queries.ts';
import { Page } from '../app/page.tsx';
import { Badge } from '../ui/badge.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx';
import { ApprovalQueue } from './approval-queue.tsx';
import { EscalationList } from './escalation-list.tsx';

/** What waits for a person: approvals first, then conversations handed over. */
export function InboxPage() {
  const { t } = useTranslation('inbox');
  const [parameters, setParameters] = useSearchParams();
  const approvals = useApprovals();
  const escalations = useEscalations();
  const tab = parameters.get('tab') === 'escalations' ? 'escalations' : 'approvals';
  return (
    <Page title={t('title')} className="max-w-3xl">
      <Tabs
        value={tab}
        onValueChange={(value) =>
          setParameters(value === 'approvals' ? {} : { tab: value }, { replace: true })
        }
      >
        <div className="flex items-end justify-between gap-2 border-b border-border">
          <TabsList className="border-b-0">
            <TabsTrigger value="approvals">
              {t('approvals')}
              <Count count={approvals.items?.length} />
            </TabsTrigger>
            <TabsTrigger value="escalations">
              {t('escalations')}
              <Count count={escalations.items?.length} />
            </TabsTrigger>
          </TabsList>
          <p className="hidden items-center gap-1 pb-2 text-xs text-muted-foreground md:flex">
            <Kbd>j</Kbd>
            <Kbd>k</Kbd>
            {t('keys.move')}
            <Kbd className="ml-2">u</Kbd>
            {t('keys.undo')}
          </p>
        </div>
        <TabsContent value="approvals" className="pt-4" tabIndex={-1}>
          <ApprovalQueue />
        </TabsContent>
        <TabsContent value="escalations" className="pt-4" tabIndex={-1}>
          <EscalationList />
        </TabsContent>
      </Tabs>
    </Page>
  );
}

function Count({ count }: { count: number | undefined }) {
  return count ? <Badge tone="accent">{count}</Badge> : null;
}
