import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Page } from '../app/page.tsx';
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx';
import { ApiKeyList } from './api-key-list.tsx';
import { DataRetention } from './data-retention.tsx';
import { ModelHelp } from './model-help.tsx';
import { NodeTypeList } from './node-type-list.tsx';
import { WorkspaceInfo } from './workspace-info.tsx';

const TABS = ['workspace', 'models', 'apiKeys', 'nodeTypes', 'data'] as const;

/** Settings of the workspace; the tab stands in the address. */
export function SettingsPage() {
  const { t } = useTranslation('settings');
  const [parameters, setParameters] = useSearchParams();
  const tab = TABS.find((name) => name === parameters.get('tab')) ?? 'workspace';
  return (
    <Page title={t('title')} className="max-w-4xl">
      <Tabs value={tab} onValueChange={(value) => setParameters({ tab: value }, { replace: true })}>
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
        <TabsContent value="models" className="pt-4" tabIndex={-1}>
          <ModelHelp />
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
