/** The projects on the server: open, make, remove. */

import { ActionIcon, Button, Group, Modal, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { FolderOpen, LayoutGrid, Plus, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";

import { language, t } from "../../i18n";
import { useDialogs } from "../../stores/dialogStore";
import { useDocument } from "../../stores/documentStore";
import { orNotify, useProjects } from "../../stores/projectsStore";
import { EmptyState } from "../../ui/EmptyState";
import "./projects.css";

interface ProjectsDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function ProjectsDialog({ opened, onClose }: ProjectsDialogProps) {
  const projects = useProjects((state) => state.projects);
  const current = useDocument((state) => state.projectId);
  const { loadProjects, openProject, createProject, removeProject } = useProjects.getState();
  const [search, setSearch] = useState("");
  const [asked, setAsked] = useState<string | null>(null);

  useEffect(() => {
    if (!opened) return;
    setAsked(null);
    void orNotify(loadProjects);
  }, [opened, loadProjects]);

  const found = projects.filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()));
  const leave = (action: () => Promise<void>) => {
    onClose();
    void orNotify(action);
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("projects.title")}
      size={640}
      centered
      closeButtonProps={{ "aria-label": t("projects.close") }}
    >
      <Stack gap="sm">
        <Group gap="xs">
          <TextInput
            style={{ flex: 1 }}
            aria-label={t("projects.search")}
            placeholder={t("projects.search")}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <Button
            variant="default"
            leftSection={<LayoutGrid size={16} />}
            onClick={() => useDialogs.getState().open("gallery")}
          >
            {t("projects.fromExample")}
          </Button>
          <Button leftSection={<Plus size={16} />} onClick={() => leave(() => createProject())}>
            {t("projects.new")}
          </Button>
        </Group>
        {found.length === 0 ? (
          <EmptyState
            icon={FolderOpen}
            title={t(projects.length === 0 ? "projects.none" : "projects.noneFound")}
          />
        ) : (
          <ul className="project-list">
            {found.map((project) => (
              <li key={project.id} className="project-row" data-project={project.id}>
                <UnstyledButton className="project-open" onClick={() => leave(() => openProject(project.id))}>
                  <Text size="sm" fw={500} truncate>
                    {project.name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {t("projects.updated", { time: timeOf(project.updated) })}
                    {project.id === current && ` · ${t("projects.current")}`}
                  </Text>
                </UnstyledButton>
                {asked === project.id ? (
                  <Group gap={6} wrap="nowrap">
                    <Button
                      size="compact-xs"
                      color="red.9"
                      onClick={() => void orNotify(() => removeProject(project.id))}
                    >
                      {t("projects.removeYes")}
                    </Button>
                    <Button size="compact-xs" variant="default" onClick={() => setAsked(null)}>
                      {t("projects.removeNo")}
                    </Button>
                  </Group>
                ) : (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t("projects.remove", { name: project.name })}
                    onClick={() => setAsked(project.id)}
                  >
                    <Trash2 size={16} />
                  </ActionIcon>
                )}
              </li>
            ))}
          </ul>
        )}
      </Stack>
    </Modal>
  );
}

function timeOf(time: string): string {
  return new Intl.DateTimeFormat(language() === "zh" ? "zh-CN" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
  }).format(new Date(time));
}
