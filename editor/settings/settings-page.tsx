import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation, useNavigate, useSearchParams } from 'react-router';
import { Page } from '../app/page.tsx';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx';
import { ApiKeyList } from './api-key-list.tsx';
import { DataRetention } from './data-retention.tsx';
import { NodeTypeList } from './node-type-list.tsx';
import { WorkspaceInfo } from './workspace-info.tsx';

const TABS = ['workspace', 'ai', 'apiKeys', 'nodeTypes', 'data'] as const;
const AI_PATH = '/settings/ai';

/** Settings of the workspace; the tab stands in the address. That of AI has pages of its own (ai/). */
export function SettingsPage() {
  const { t } = useTranslation('settings');
  const [parameters] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const isAi = pathname.startsWith(AI_PATH);
  const asked = parameters.get('tab');
  const tab = isAi ? 'ai' : (TABS.find((name) => name === asked) ?? 'workspace');
  // Links to the tab of models, from before it had pages, and to `?tab=ai`.
  if (!isAi && (asked === 'models' || asked === 'ai')) return <Navigate to={AI_PATH} replace />;
  return (
    <Page title={t('title')} className="max-w-4xl">
      <Tabs
        value={tab}
        onValueChange={(value) =>
          void navigate(value === 'ai' ? AI_PATH : `/settings?tab=${value}`, { replace: !isAi })
        }
      >
        <TabsList className="overflow-x-auto overflow-y-hidden">
          {TABS.map((name) => (
            <TabsTrigger key={name} value={name} className="shrink-0">
              {t(`tab.${name}`)}
            </TabsTrigger>
          ))}
        </TabsList>
        <TabsContent value="workspace" className="pt-4" tabIndex={-1}>
          <WorkspaceInfo />
        </TabsContent>
        <TabsContent value="ai" className="pt-4" tabIndex={-1}>
          <Outlet />
        </TabsContent>
        <TabsContent value="apiKeys" className="pt-4" tabIndex={-1}>
          <ApiKeyList />
        </TabsContent>
        <TabsContent value="nodeTypes" className="pt-4" tabIndex={-1}>
          <NodeTypeList />
        </TabsContent>
        <TabsContent value="data" className="pt-4" tabIndex={-1}>
          <DataRetention />
        </TabsContent>
      </Tabs>
    </Page>
  );
}
