/** Generated from `/openapi.json` by `npm run openapi`. Do not edit. */

export interface paths {
    "/20231130/hostedApplications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the hosted applications of a compartment, DELETED ones included */
        get: operations["listHostedApplications"];
        put?: never;
        /** Create a hosted application */
        post: operations["createHostedApplication"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedApplications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a hosted application; a deleted one is DELETED for 30 days */
        get: operations["getHostedApplication"];
        /** Change what is given; lists replace the old ones */
        put: operations["updateHostedApplication"];
        post?: never;
        /** Delete a hosted application with its deployment */
        delete: operations["deleteHostedApplication"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedApplications/{id}/actions/changeCompartment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a hosted application and its deployment to another compartment */
        post: operations["changeHostedApplicationCompartment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedApplicationsIam": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the hosted application IAMs of a compartment, DELETED ones included */
        get: operations["listHostedApplicationsIam"];
        put?: never;
        /** Create a hosted application IAM */
        post: operations["createHostedApplicationIam"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedApplicationsIam/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a hosted application IAM; a deleted one is DELETED for 30 days */
        get: operations["getHostedApplicationIam"];
        /** Change what is given; lists replace the old ones */
        put: operations["updateHostedApplicationIam"];
        post?: never;
        /** Delete a hosted application IAM with its deployment */
        delete: operations["deleteHostedApplicationIam"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedApplicationsIam/{id}/actions/changeCompartment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a hosted application IAM and its deployment to another compartment */
        post: operations["changeHostedApplicationIamCompartment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedApplicationStorages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the hosted application storages of a compartment, DELETED ones included */
        get: operations["listHostedApplicationStorages"];
        put?: never;
        /** Create a hosted application storage; refused, as this server has no backend for any */
        post: operations["createHostedApplicationStorage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedApplicationStorages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a hosted application storage; a deleted one is DELETED for 30 days */
        get: operations["getHostedApplicationStorage"];
        put?: never;
        post?: never;
        /** Delete a hosted application storage that no application uses */
        delete: operations["deleteHostedApplicationStorage"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedApplicationStorages/{id}/actions/changeCompartment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a hosted application storage to another compartment */
        post: operations["changeHostedApplicationStorageCompartment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedDeployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the hosted deployments of a compartment, DELETED ones included */
        get: operations["listHostedDeployments"];
        put?: never;
        /** Create the deployment of an application with its first artifact */
        post: operations["createHostedDeployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedDeployments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a hosted deployment with its artifacts; a deleted one is DELETED for 30 days */
        get: operations["getHostedDeployment"];
        /** Activate a registered artifact, or change the tags */
        put: operations["updateHostedDeployment"];
        post?: never;
        /** Delete a hosted deployment that is not active */
        delete: operations["deleteHostedDeployment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedDeployments/{id}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register an artifact; it is INACTIVE until it is activated */
        post: operations["addArtifact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/hostedDeployments/{id}/artifacts/{artifactId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove an artifact that is not active */
        delete: operations["deleteHostedDeploymentArtifact"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/workRequests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the work requests of a compartment */
        get: operations["listWorkRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/workRequests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a work request */
        get: operations["getWorkRequest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/workRequests/{id}/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What went wrong, and what to do about it */
        get: operations["listWorkRequestErrors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/20231130/workRequests/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was done so far */
        get: operations["listWorkRequestLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the settings of an application, defaults included */
        get: operations["getSettings"];
        /** Change the settings that are given; the others stay */
        put: operations["updateSettings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the OAuth clients that may call an application */
        get: operations["listOAuthClients"];
        put?: never;
        /** Create an OAuth client; its secret is shown this once */
        post: operations["createOAuthClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/clients/{clientId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete an OAuth client */
        delete: operations["deleteOAuthClient"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Issue an access token of the default client of an application */
        post: operations["issueToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the output of replicas, oldest line first */
        get: operations["readLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How this server and all its applications fare */
        get: operations["getServerStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How an application fares: states, replicas, connections, URLs */
        get: operations["getApplicationStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/applications/{id}/scaling": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many replicas an application should have, and why: the last decisions with their numbers */
        get: operations["getApplicationScaling"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/compartments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the compartments, the root first */
        get: operations["listCompartments"];
        put?: never;
        /** Create a compartment */
        post: operations["createCompartment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/compartments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a compartment with nothing in it */
        delete: operations["deleteCompartment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/apiKeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the API keys, oldest first */
        get: operations["listApiKeys"];
        put?: never;
        /** Register the public half of a key; its keyId is what signatures name */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/apiKeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete an API key; its signatures are refused from now on */
        delete: operations["deleteApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the secrets by name, without their values */
        get: operations["listSecrets"];
        put?: never;
        /** Create a secret; environment variables of type VAULT name it by its id */
        post: operations["createSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a secret, without its value */
        get: operations["getSecret"];
        /** Set another value; replicas that start from now on have it */
        put: operations["updateSecret"];
        post?: never;
        /** Delete a secret that no application starts with */
        delete: operations["deleteSecret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/registries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the registries that this server has credentials for, without the passwords */
        get: operations["listRegistries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/registries/{host}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Keep credentials for a registry, which is asked whether it takes them */
        put: operations["loginToRegistry"];
        post?: never;
        /** Forget the credentials for a registry */
        delete: operations["logoutFromRegistry"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the users of the embedded identity domain by name */
        get: operations["listUsers"];
        put?: never;
        /** Create a user; a password that was made is shown this once */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a user; the user's tokens are refused from now on */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed what in the last 90 days, newest first */
        get: operations["listAuditEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the figures of this server, in Prometheus' text format */
        get: operations["readMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Describe this API */
        get: operations["describeApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        HostedApplication: {
            id: string;
            displayName: string;
            description?: string;
            compartmentId: string;
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
            /** @enum {string} */
            lifecycleState: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
            lifecycleDetails?: string;
            scalingConfig?: components["schemas"]["ScalingConfig"];
            storageConfigs?: {
                /** @description Name of the variable that holds the connection */
                environmentVariableKey: string;
                storageId: string;
            }[];
            networkingConfig?: components["schemas"]["NetworkingConfig"];
            environmentVariables?: {
                name: string;
                /** @enum {string} */
                type: "PLAINTEXT" | "VAULT";
                value: string;
            }[];
            inboundAuthConfig?: components["schemas"]["InboundAuthConfig"];
            freeformTags: {
                [key: string]: string;
            };
            definedTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            systemTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        ScalingConfig: {
            /** @enum {string} */
            scalingType: "CPU" | "MEMORY" | "CONCURRENCY" | "REQUESTS_PER_SECOND";
            minReplica?: number;
            maxReplica?: number;
            targetCpuThreshold?: number;
            targetMemoryThreshold?: number;
            targetConcurrencyThreshold?: number;
            targetRpsThreshold?: number;
        };
        NetworkingConfig: {
            inboundNetworkingConfig: {
                /** @enum {string} */
                endpointMode: "PUBLIC" | "PRIVATE";
                privateEndpointId?: string;
            };
            outboundNetworkingConfig: {
                /** @enum {string} */
                networkMode: "MANAGED" | "CUSTOM";
                customSubnetId?: string;
                nsgIds?: string[];
            };
        };
        InboundAuthConfig: {
            /** @enum {string} */
            inboundAuthConfigType: "IDCS_AUTH_CONFIG";
            idcsConfig: {
                /**
                 * Format: uri
                 * @description Base URL of the OpenID issuer whose tokens are accepted
                 */
                domainUrl: string;
                /** @description The scope that a token must carry */
                scope: string;
                /** @description The audience that a token must carry */
                audience?: string;
            };
        } | {
            /** @enum {string} */
            inboundAuthConfigType: "NO_AUTH_CONFIG";
            idcsConfig?: null;
        };
        Problem: {
            /** @enum {string} */
            code: "InvalidParameter" | "NotAuthenticated" | "NotAllowed" | "NotAuthorizedOrNotFound" | "MethodNotAllowed" | "IncorrectState" | "InvalidatedRetryToken" | "Conflict" | "NoEtagMatch" | "PayloadTooLarge" | "UnsupportedMediaType" | "MisdirectedRequest" | "UpgradeRequired" | "TooManyRequests" | "RequestHeaderFieldsTooLarge" | "InternalServerError" | "BadGateway" | "ServiceUnavailable" | "GatewayTimeout";
            /** @description What to do, for people */
            message: string;
        };
        CreateHostedApplicationDetails: {
            displayName: string;
            compartmentId: string;
            description?: string;
            inboundAuthConfig: components["schemas"]["InboundAuthConfig"];
            scalingConfig?: components["schemas"]["ScalingConfig"];
            environmentVariables?: components["schemas"]["EnvironmentVariable"][];
            networkingConfig?: components["schemas"]["NetworkingConfig"];
            storageConfigs?: {
                /** @description Name of the variable that holds the connection */
                environmentVariableKey: string;
                storageId: string;
            }[];
            freeformTags?: {
                [key: string]: string;
            };
            definedTags?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        EnvironmentVariable: {
            name: string;
            /** @enum {string} */
            type: "PLAINTEXT" | "VAULT";
            value: string;
        };
        UpdateHostedApplicationDetails: {
            displayName?: string;
            description?: string;
            inboundAuthConfig?: components["schemas"]["InboundAuthConfig"];
            scalingConfig?: components["schemas"]["ScalingConfig"];
            environmentVariables?: components["schemas"]["EnvironmentVariable"][];
            freeformTags?: {
                [key: string]: string;
            };
            definedTags?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        HostedApplicationSummary: {
            id: string;
            displayName: string;
            description?: string;
            compartmentId: string;
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
            /** @enum {string} */
            lifecycleState: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
            freeformTags: {
                [key: string]: string;
            };
            definedTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            systemTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        HostedApplicationIam: {
            id: string;
            displayName: string;
            description?: string;
            compartmentId: string;
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
            /** @enum {string} */
            lifecycleState: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
            lifecycleDetails?: string;
            scalingConfig?: components["schemas"]["ScalingConfig"];
            storageConfigs?: {
                /** @description Name of the variable that holds the connection */
                environmentVariableKey: string;
                storageId: string;
            }[];
            networkingConfig?: components["schemas"]["NetworkingConfig"];
            environmentVariables?: {
                name: string;
                /** @enum {string} */
                type: "PLAINTEXT" | "VAULT";
                value: string;
            }[];
            freeformTags: {
                [key: string]: string;
            };
            definedTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            systemTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        CreateHostedApplicationIamDetails: {
            displayName: string;
            compartmentId: string;
            description?: string;
            scalingConfig?: components["schemas"]["ScalingConfig"];
            environmentVariables?: components["schemas"]["EnvironmentVariable"][];
            networkingConfig?: components["schemas"]["NetworkingConfig"];
            storageConfigs?: {
                /** @description Name of the variable that holds the connection */
                environmentVariableKey: string;
                storageId: string;
            }[];
            freeformTags?: {
                [key: string]: string;
            };
            definedTags?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        UpdateHostedApplicationIamDetails: {
            displayName?: string;
            description?: string;
            scalingConfig?: components["schemas"]["ScalingConfig"];
            environmentVariables?: components["schemas"]["EnvironmentVariable"][];
            freeformTags?: {
                [key: string]: string;
            };
            definedTags?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        HostedApplicationStorageSummary: {
            id: string;
            displayName: string;
            description?: string;
            compartmentId: string;
            /** @enum {string} */
            storageType: "CACHE" | "POSTGRESQL" | "ADB";
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
            /** @enum {string} */
            lifecycleState: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
            freeformTags: {
                [key: string]: string;
            };
            definedTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            systemTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        HostedApplicationStorage: {
            id: string;
            displayName: string;
            description?: string;
            compartmentId: string;
            /** @enum {string} */
            storageType: "CACHE" | "POSTGRESQL" | "ADB";
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
            /** @enum {string} */
            lifecycleState: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
            lifecycleDetails?: string;
            /** @description Applications that use it */
            applicationIds: string[];
            freeformTags: {
                [key: string]: string;
            };
            definedTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            systemTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        CreateHostedApplicationStorageDetails: {
            displayName: string;
            compartmentId: string;
            /** @enum {string} */
            storageType: "CACHE" | "POSTGRESQL" | "ADB";
            description?: string;
            freeformTags?: {
                [key: string]: string;
            };
            definedTags?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        HostedDeploymentSummary: {
            id: string;
            hostedApplicationId: string;
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
            /** @enum {string} */
            lifecycleState: "CREATING" | "NEEDS_ATTENTION" | "ACTIVE" | "INACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
            lifecycleDetails?: string;
            activeArtifact: components["schemas"]["Artifact"];
            artifacts: components["schemas"]["Artifact"][];
            freeformTags: {
                [key: string]: string;
            };
            definedTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            systemTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        Artifact: {
            /** @enum {string} */
            artifactType: "SIMPLE_DOCKER_ARTIFACT";
            /** @description Registry and repository, without the tag */
            containerUri: string;
            tag?: string;
            isVulnerabilityScanRequired?: boolean;
            id: string;
            /** Format: date-time */
            timeCreated: string;
            hostedDeploymentId: string;
            /** @enum {string} */
            status: "ACTIVE" | "INACTIVE" | "UPDATING" | "FAILED";
        } | {
            /** @enum {string} */
            artifactType: "LOCAL_PROCESS_ARTIFACT";
            /** @description Program and arguments; no shell reads them */
            command: string[];
            /** @description Absolute path in which the command runs */
            workingDirectory: string;
            isVulnerabilityScanRequired?: boolean;
            id: string;
            /** Format: date-time */
            timeCreated: string;
            hostedDeploymentId: string;
            /** @enum {string} */
            status: "ACTIVE" | "INACTIVE" | "UPDATING" | "FAILED";
        } | {
            /** @enum {string} */
            artifactType: "MCP_STDIO_ARTIFACT";
            /** @description Program and arguments of an MCP server that speaks on its standard streams; no shell reads them */
            command: string[];
            /** @description Absolute path in which the command runs */
            workingDirectory: string;
            isVulnerabilityScanRequired?: boolean;
            id: string;
            /** Format: date-time */
            timeCreated: string;
            hostedDeploymentId: string;
            /** @enum {string} */
            status: "ACTIVE" | "INACTIVE" | "UPDATING" | "FAILED";
        };
        HostedDeployment: {
            id: string;
            displayName?: string;
            compartmentId: string;
            hostedApplicationId: string;
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
            /** @enum {string} */
            lifecycleState: "CREATING" | "NEEDS_ATTENTION" | "ACTIVE" | "INACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
            lifecycleDetails?: string;
            activeArtifact: components["schemas"]["Artifact"];
            artifacts: components["schemas"]["Artifact"][];
            freeformTags: {
                [key: string]: string;
            };
            definedTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
            systemTags: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        CreateHostedDeploymentDetails: {
            activeArtifact: components["schemas"]["CreateArtifactDetails"];
            hostedApplicationId: string;
            compartmentId: string;
            displayName?: string;
            freeformTags?: {
                [key: string]: string;
            };
            definedTags?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        CreateArtifactDetails: {
            /** @enum {string} */
            artifactType: "SIMPLE_DOCKER_ARTIFACT";
            /** @description Registry and repository, without the tag */
            containerUri: string;
            tag?: string;
            isVulnerabilityScanRequired?: boolean;
        } | {
            /** @enum {string} */
            artifactType: "LOCAL_PROCESS_ARTIFACT";
            /** @description Program and arguments; no shell reads them */
            command: string[];
            /** @description Absolute path in which the command runs */
            workingDirectory: string;
            isVulnerabilityScanRequired?: boolean;
        } | {
            /** @enum {string} */
            artifactType: "MCP_STDIO_ARTIFACT";
            /** @description Program and arguments of an MCP server that speaks on its standard streams; no shell reads them */
            command: string[];
            /** @description Absolute path in which the command runs */
            workingDirectory: string;
            isVulnerabilityScanRequired?: boolean;
        };
        UpdateHostedDeploymentDetails: {
            activeArtifact?: ({
                id: string;
            } & {
                [key: string]: unknown;
            }) | {
                /** @enum {string} */
                artifactType: "SIMPLE_DOCKER_ARTIFACT";
                /** @description Registry and repository, without the tag */
                containerUri: string;
                tag?: string;
                isVulnerabilityScanRequired?: boolean;
            } | {
                /** @enum {string} */
                artifactType: "LOCAL_PROCESS_ARTIFACT";
                /** @description Program and arguments; no shell reads them */
                command: string[];
                /** @description Absolute path in which the command runs */
                workingDirectory: string;
                isVulnerabilityScanRequired?: boolean;
            } | {
                /** @enum {string} */
                artifactType: "MCP_STDIO_ARTIFACT";
                /** @description Program and arguments of an MCP server that speaks on its standard streams; no shell reads them */
                command: string[];
                /** @description Absolute path in which the command runs */
                workingDirectory: string;
                isVulnerabilityScanRequired?: boolean;
            };
            freeformTags?: {
                [key: string]: string;
            };
            definedTags?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        AddArtifactDetails: {
            artifact: components["schemas"]["CreateArtifactDetails"];
            freeformTags?: {
                [key: string]: string;
            };
            definedTags?: {
                [key: string]: {
                    [key: string]: unknown;
                };
            };
        };
        WorkRequest: {
            /** @enum {string} */
            operationType: "CREATE_APPLICATION_DEPLOYMENT" | "UPDATE_APPLICATION_DEPLOYMENT" | "DELETE_APPLICATION_DEPLOYMENT" | "MOVE_APPLICATION_DEPLOYMENT" | "CREATE_HOSTED_DEPLOYMENT" | "UPDATE_HOSTED_DEPLOYMENT" | "MOVE_HOSTED_DEPLOYMENT" | "DELETE_HOSTED_DEPLOYMENT" | "CREATE_APPLICATION_STORAGE" | "UPDATE_APPLICATION_STORAGE" | "MOVE_APPLICATION_STORAGE" | "DELETE_APPLICATION_STORAGE";
            /** @enum {string} */
            status: "ACCEPTED" | "IN_PROGRESS" | "WAITING" | "FAILED" | "SUCCEEDED" | "CANCELING" | "CANCELED";
            id: string;
            compartmentId: string;
            resources: {
                /** @enum {string} */
                entityType: "HOSTED_APPLICATION" | "HOSTED_DEPLOYMENT" | "HOSTED_APPLICATION_STORAGE";
                /** @enum {string} */
                actionType: "CREATED" | "UPDATED" | "DELETED" | "IN_PROGRESS" | "RELATED" | "FAILED";
                identifier: string;
                entityUri?: string;
            }[];
            percentComplete: number;
            /** Format: date-time */
            timeAccepted: string;
            /** Format: date-time */
            timeStarted?: string;
            /** Format: date-time */
            timeFinished?: string;
        };
        WorkRequestError: {
            code: string;
            message: string;
            /** Format: date-time */
            timestamp: string;
        };
        WorkRequestLogEntry: {
            message: string;
            /** Format: date-time */
            timestamp: string;
        };
        ApplicationSettings: {
            /**
             * @description Seconds an arrival waits for a replica to become ready, then 503. Default 30
             * @default 30
             */
            hold: number;
            /**
             * @description Seconds within which a replica must become ready. Default 60
             * @default 60
             */
            startDeadline: number;
            /**
             * @description Memory of one container, in bytes; beyond it the container is killed. Default 1073741824
             * @default 1073741824
             */
            containerMemoryBytes: number;
            /**
             * @description Processors of one container, at most those of the machine. Default 1
             * @default 1
             */
            containerCpus: number;
            /**
             * @description Processes and threads of one container. Default 512
             * @default 512
             */
            containerPids: number;
            /**
             * @description Seconds between SIGTERM and SIGKILL. Default 10
             * @default 10
             */
            stopGrace: number;
            /**
             * @description Seconds a replica may take until the first byte of its answer, then 504. Default 300
             * @default 300
             */
            responseTimeout: number;
            /**
             * @description Seconds a replica may take to answer a WebSocket upgrade, then 504. Default 10
             * @default 10
             */
            handshakeTimeout: number;
            /**
             * @description Seconds without a byte from a peer before it is pinged (jittered); two misses close. Default 25
             * @default 25
             */
            pingInterval: number;
            /**
             * @description Seconds without a message before a connection is closed with 3008. Default 900
             * @default 900
             */
            idleTimeout: number;
            /**
             * @description Largest WebSocket message on the wire, in bytes; a larger one closes with 1009. Default 1048576
             * @default 1048576
             */
            maxMessageBytes: number;
            /**
             * @description Fragments that a WebSocket message may come in; more close with 1009. Default 10000
             * @default 10000
             */
            maxFragments: number;
            /**
             * @description Messages that pass from a client a second; more wait, and then the client. Default 0: no limit
             * @default 0
             */
            messageRate: number;
            /**
             * @description Pings, pongs and closes that pass from a client a second; more wait, and then the client. Default 100; 0: no limit
             * @default 100
             */
            controlFrameRate: number;
            /**
             * @description Connections that one caller may open a second, then 429. Default 0: no limit
             * @default 0
             */
            handshakeRate: number;
            /**
             * @description Live connections that one caller may hold, then 429. Default 0: no limit
             * @default 0
             */
            maxConnectionsPerCaller: number;
            /**
             * @description Live connections of the application on one server, then 429. Default 0: no limit
             * @default 0
             */
            maxConnections: number;
            /**
             * @description WebSocket handshakes that one caller may have under way, then 429. Default 1000; 0: no limit
             * @default 1000
             */
            maxPendingPerCaller: number;
            /**
             * @description WebSocket handshakes of the application under way on one server, then 429. Default 10000; 0: no limit
             * @default 10000
             */
            maxPending: number;
            /**
             * @description Seconds a peer may leave what it was sent unread before it is closed with 1013. Default 60
             * @default 60
             */
            slowReader: number;
            /**
             * @description Largest HTTP request body, in bytes; a larger one is refused with 413. Default 134217728
             * @default 134217728
             */
            maxBodyBytes: number;
            /**
             * @description Seconds a live connection outlives its token, then 3000. Default 25
             * @default 25
             */
            tokenGrace: number;
            /**
             * @description What an expired token does to a live connection. Default close: 3000 after tokenGrace
             * @default close
             * @enum {string}
             */
            tokenExpiry: "close" | "ignore";
            /**
             * @description Seconds a replaced replica keeps its connections before it drains. Default 30
             * @default 30
             */
            drainAfter: number;
            /**
             * @description Seconds over which the closes of a drain are spread. Default 30
             * @default 30
             */
            drainSpread: number;
            /**
             * @description Seconds that requests under way may go on when their replica is replaced. Default 300
             * @default 300
             */
            drainRequests: number;
            /**
             * @description Requests and connections that a replica gets at most; more wait. Default 0: no limit
             * @default 0
             */
            maxConcurrency: number;
            /**
             * @description Arrivals that wait for a replica at most; more get 503. Default 10000
             * @default 10000
             */
            maxWaiting: number;
            /**
             * @description Seconds without a request or connection until zero replicas. Default 300
             * @default 300
             */
            scaleToZeroAfter: number;
            /**
             * @description Seconds of load that decide how many replicas there are. Default 60
             * @default 60
             */
            stableWindow: number;
            /**
             * @description Seconds of load that decide while it grows suddenly. Default 6
             * @default 6
             */
            panicWindow: number;
            /**
             * @description Growth is sudden when so many times the replicas that there are would be right. Default 2
             * @default 2
             */
            panicThreshold: number;
            /**
             * @description The number of replicas grows at most by this factor in a panicWindow. Default 10
             * @default 10
             */
            scaleUpRate: number;
            /**
             * @description The number of replicas shrinks at most by this factor in a panicWindow. Default 2
             * @default 2
             */
            scaleDownRate: number;
            /**
             * @description Header whose value decides which replica is taken, as long as it is there. Default: none
             * @default
             */
            affinityHeader: string;
            /**
             * @description Cookie that sends a browser back to the replica that it had. Default: none
             * @default
             */
            affinityCookie: string;
            /**
             * @description Failures in a row to reach a replica until it gets no arrivals. Default 3; 0: never
             * @default 3
             */
            ejectAfter: number;
            /**
             * @description Seconds between two looks whether such a replica answers GET /ready again. Default 5
             * @default 5
             */
            ejectFor: number;
            /**
             * @description Count the MCP messages of the application, and trace its requests. Default false
             * @default false
             */
            mcpTelemetry: boolean;
            /**
             * @description Browser origins that may call. Default: only the origins of this server
             * @default []
             */
            allowedOrigins: ("*" | string)[];
        };
        UpdateApplicationSettingsDetails: {
            /**
             * @description Seconds an arrival waits for a replica to become ready, then 503. Default 30
             * @default 30
             */
            hold?: number;
            /**
             * @description Seconds within which a replica must become ready. Default 60
             * @default 60
             */
            startDeadline?: number;
            /**
             * @description Memory of one container, in bytes; beyond it the container is killed. Default 1073741824
             * @default 1073741824
             */
            containerMemoryBytes?: number;
            /**
             * @description Processors of one container, at most those of the machine. Default 1
             * @default 1
             */
            containerCpus?: number;
            /**
             * @description Processes and threads of one container. Default 512
             * @default 512
             */
            containerPids?: number;
            /**
             * @description Seconds between SIGTERM and SIGKILL. Default 10
             * @default 10
             */
            stopGrace?: number;
            /**
             * @description Seconds a replica may take until the first byte of its answer, then 504. Default 300
             * @default 300
             */
            responseTimeout?: number;
            /**
             * @description Seconds a replica may take to answer a WebSocket upgrade, then 504. Default 10
             * @default 10
             */
            handshakeTimeout?: number;
            /**
             * @description Seconds without a byte from a peer before it is pinged (jittered); two misses close. Default 25
             * @default 25
             */
            pingInterval?: number;
            /**
             * @description Seconds without a message before a connection is closed with 3008. Default 900
             * @default 900
             */
            idleTimeout?: number;
            /**
             * @description Largest WebSocket message on the wire, in bytes; a larger one closes with 1009. Default 1048576
             * @default 1048576
             */
            maxMessageBytes?: number;
            /**
             * @description Fragments that a WebSocket message may come in; more close with 1009. Default 10000
             * @default 10000
             */
            maxFragments?: number;
            /**
             * @description Messages that pass from a client a second; more wait, and then the client. Default 0: no limit
             * @default 0
             */
            messageRate?: number;
            /**
             * @description Pings, pongs and closes that pass from a client a second; more wait, and then the client. Default 100; 0: no limit
             * @default 100
             */
            controlFrameRate?: number;
            /**
             * @description Connections that one caller may open a second, then 429. Default 0: no limit
             * @default 0
             */
            handshakeRate?: number;
            /**
             * @description Live connections that one caller may hold, then 429. Default 0: no limit
             * @default 0
             */
            maxConnectionsPerCaller?: number;
            /**
             * @description Live connections of the application on one server, then 429. Default 0: no limit
             * @default 0
             */
            maxConnections?: number;
            /**
             * @description WebSocket handshakes that one caller may have under way, then 429. Default 1000; 0: no limit
             * @default 1000
             */
            maxPendingPerCaller?: number;
            /**
             * @description WebSocket handshakes of the application under way on one server, then 429. Default 10000; 0: no limit
             * @default 10000
             */
            maxPending?: number;
            /**
             * @description Seconds a peer may leave what it was sent unread before it is closed with 1013. Default 60
             * @default 60
             */
            slowReader?: number;
            /**
             * @description Largest HTTP request body, in bytes; a larger one is refused with 413. Default 134217728
             * @default 134217728
             */
            maxBodyBytes?: number;
            /**
             * @description Seconds a live connection outlives its token, then 3000. Default 25
             * @default 25
             */
            tokenGrace?: number;
            /**
             * @description What an expired token does to a live connection. Default close: 3000 after tokenGrace
             * @default close
             * @enum {string}
             */
            tokenExpiry?: "close" | "ignore";
            /**
             * @description Seconds a replaced replica keeps its connections before it drains. Default 30
             * @default 30
             */
            drainAfter?: number;
            /**
             * @description Seconds over which the closes of a drain are spread. Default 30
             * @default 30
             */
            drainSpread?: number;
            /**
             * @description Seconds that requests under way may go on when their replica is replaced. Default 300
             * @default 300
             */
            drainRequests?: number;
            /**
             * @description Requests and connections that a replica gets at most; more wait. Default 0: no limit
             * @default 0
             */
            maxConcurrency?: number;
            /**
             * @description Arrivals that wait for a replica at most; more get 503. Default 10000
             * @default 10000
             */
            maxWaiting?: number;
            /**
             * @description Seconds without a request or connection until zero replicas. Default 300
             * @default 300
             */
            scaleToZeroAfter?: number;
            /**
             * @description Seconds of load that decide how many replicas there are. Default 60
             * @default 60
             */
            stableWindow?: number;
            /**
             * @description Seconds of load that decide while it grows suddenly. Default 6
             * @default 6
             */
            panicWindow?: number;
            /**
             * @description Growth is sudden when so many times the replicas that there are would be right. Default 2
             * @default 2
             */
            panicThreshold?: number;
            /**
             * @description The number of replicas grows at most by this factor in a panicWindow. Default 10
             * @default 10
             */
            scaleUpRate?: number;
            /**
             * @description The number of replicas shrinks at most by this factor in a panicWindow. Default 2
             * @default 2
             */
            scaleDownRate?: number;
            /**
             * @description Header whose value decides which replica is taken, as long as it is there. Default: none
             * @default
             */
            affinityHeader?: string;
            /**
             * @description Cookie that sends a browser back to the replica that it had. Default: none
             * @default
             */
            affinityCookie?: string;
            /**
             * @description Failures in a row to reach a replica until it gets no arrivals. Default 3; 0: never
             * @default 3
             */
            ejectAfter?: number;
            /**
             * @description Seconds between two looks whether such a replica answers GET /ready again. Default 5
             * @default 5
             */
            ejectFor?: number;
            /**
             * @description Count the MCP messages of the application, and trace its requests. Default false
             * @default false
             */
            mcpTelemetry?: boolean;
            /**
             * @description Browser origins that may call. Default: only the origins of this server
             * @default []
             */
            allowedOrigins?: ("*" | string)[];
        };
        OAuthClient: {
            clientId: string;
            name: string;
            applicationId: string;
            grantTypes: ("client_credentials" | "authorization_code" | "refresh_token" | "urn:ietf:params:oauth:grant-type:device_code")[];
            redirectUris: string[];
            /** Format: date-time */
            timeCreated: string;
        };
        CreatedOAuthClient: {
            clientId: string;
            name: string;
            applicationId: string;
            grantTypes: ("client_credentials" | "authorization_code" | "refresh_token" | "urn:ietf:params:oauth:grant-type:device_code")[];
            redirectUris: string[];
            /** Format: date-time */
            timeCreated: string;
            clientSecret: string;
            tokenUrl: string;
            /** @description What to ask the token endpoint for: audience and scope, joined */
            scope: string;
        };
        CreateOAuthClientDetails: {
            name: string;
            /**
             * @description Given: the client may use authorization code + PKCE as well
             * @default []
             */
            redirectUris?: string[];
        };
        IssuedToken: {
            accessToken: string;
            /** @enum {string} */
            tokenType: "Bearer";
            /** @description Seconds */
            expiresIn: number;
        };
        ServerStatus: {
            version: string;
            /** Format: date-time */
            timeStarted: string;
            ready: boolean;
            issuer: string;
            /** @description Base URLs of the applications listener */
            urls?: {
                applications: string;
                applicationsPlain?: string;
                /** @description Domain below which each application has a host name of its own */
                appsDomain?: string;
            };
            applications: components["schemas"]["ApplicationStatus"][];
        };
        ApplicationStatus: {
            id: string;
            displayName: string;
            /** @enum {string} */
            lifecycleState: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
            lifecycleDetails?: string;
            deployment?: {
                id: string;
                /** @enum {string} */
                lifecycleState: "CREATING" | "NEEDS_ATTENTION" | "ACTIVE" | "INACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
                lifecycleDetails?: string;
                activeArtifact: components["schemas"]["Artifact"];
            };
            replicas: components["schemas"]["ReplicaStatus"][];
            /** @description Live WebSocket connections */
            connections: number;
            urls: {
                http: string;
                httpPlain?: string;
                ws: string;
                wsPlain?: string;
            };
        };
        ReplicaStatus: {
            id: string;
            applicationId: string;
            artifactId: string;
            runtime: string;
            /** @enum {string} */
            state: "STARTING" | "READY" | "UNHEALTHY" | "DRAINING" | "STOPPED" | "FAILED";
            /** @description Why it is in this state: exit code, probe answers, last output */
            reason?: string;
            pid?: number;
            restarts: number;
            connections: number;
            /** Format: date-time */
            timeStarted: string;
        };
        ScalingStatus: {
            /** @enum {string} */
            metric: "CPU" | "MEMORY" | "CONCURRENCY" | "REQUESTS_PER_SECOND";
            /** @description Of the metric, per replica */
            target: number;
            minReplica: number;
            maxReplica: number;
            wanted: number;
            ready: number;
            /** @description Average of the metric over the stableWindow, all replicas together */
            load?: number;
            /** @description The same over the panicWindow */
            panicLoad?: number;
            /** @description True while the panicWindow decides and no replica is taken away */
            panicking: boolean;
            /** @description The last ones of the server that leads, newest first */
            decisions: components["schemas"]["ScalingDecision"][];
        };
        ScalingDecision: {
            /** Format: date-time */
            time: string;
            /** @description Replicas wanted before */
            from: number;
            /** @description Replicas wanted since */
            to: number;
            /** @enum {string} */
            cause: "WAKE" | "IDLE" | "PANIC" | "LOAD" | "LIMITS";
            /** @description The cause in a sentence, with its numbers */
            reason: string;
            /** @description Replicas that took arrivals */
            ready: number;
            /** @description Average of the metric over the stableWindow, all replicas together */
            load?: number;
            /** @description The same over the panicWindow */
            panicLoad?: number;
        };
        Compartment: {
            id: string;
            name: string;
            /** Format: date-time */
            timeCreated: string;
        };
        CreateCompartmentDetails: {
            name: string;
        };
        ApiKey: {
            id: string;
            name: string;
            /** @enum {string} */
            role: "invoke" | "read-only" | "operator" | "admin";
            tenancy: string;
            user: string;
            /** @description MD5 of the public key in DER, as pairs of hexadecimal digits */
            fingerprint: string;
            /** @description What a signature names: <tenancy>/<user>/<fingerprint> */
            keyId: string;
            /** @description PEM */
            publicKey: string;
            /** Format: date-time */
            timeCreated: string;
        };
        CreateApiKeyDetails: {
            /** @description PEM of an RSA public key of at least 2,048 bits */
            publicKey: string;
            /** @description What the key is called in lists */
            name: string;
            /** @enum {string} */
            role: "invoke" | "read-only" | "operator" | "admin";
            /** @description Default: the OCID of a new user */
            user?: string;
            /** @description Default: this server's tenancy, which is its root compartment */
            tenancy?: string;
        };
        Secret: {
            id: string;
            name: string;
            compartmentId: string;
            /** @description Goes up with every value that is set */
            version: number;
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
        };
        CreateSecretDetails: {
            /** @description Unique in its compartment */
            name: string;
            /** @description Default: the root compartment */
            compartmentId?: string;
            /** @description Kept encrypted; no answer gives it back */
            value: string;
        };
        UpdateSecretDetails: {
            /** @description Kept encrypted; no answer gives it back */
            value: string;
        };
        Registry: {
            host: string;
            username: string;
            /** @description Goes up with every login */
            version: number;
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
        };
        LoggedInRegistry: {
            host: string;
            username: string;
            /** @description Goes up with every login */
            version: number;
            /** Format: date-time */
            timeCreated: string;
            /** Format: date-time */
            timeUpdated: string;
            /** @description False: no container engine answers, so nobody could ask the registry */
            verified: boolean;
        };
        LoginToRegistryDetails: {
            username: string;
            /** @description Password or access token. Kept encrypted; no answer gives it back */
            password: string;
        };
        User: {
            /** @description The `sub` of the tokens */
            name: string;
            /**
             * @description What the user may do with the management API; absent: nothing
             * @enum {string}
             */
            role?: "read-only" | "operator" | "admin";
            /** Format: date-time */
            timeCreated: string;
        };
        CreatedUser: {
            /** @description The `sub` of the tokens */
            name: string;
            /**
             * @description What the user may do with the management API; absent: nothing
             * @enum {string}
             */
            role?: "read-only" | "operator" | "admin";
            /** Format: date-time */
            timeCreated: string;
            /** @description The one that was made; shown this once */
            password?: string;
        };
        CreateUserDetails: {
            name: string;
            /** @description Default: one is made */
            password?: string;
            /**
             * @description Default: none
             * @enum {string}
             */
            role?: "read-only" | "operator" | "admin";
        };
        AuditEntry: {
            id: string;
            /** Format: date-time */
            timestamp: string;
            /** @description Who: `sub` of the token, or the user of the API key */
            subject: string;
            /** @description Of the token, when another issuer than this server made it */
            issuer?: string;
            /** @description OAuth client of the token */
            clientId?: string;
            /** @description API key that signed the request */
            keyId?: string;
            /** @description From where: the IP address of the client */
            address: string;
            opcRequestId: string;
            /** @description What: method and path, as in the description of this API */
            operation: string;
            /** @description What it was done to */
            resourceId?: string;
            /** @enum {string} */
            outcome: "SUCCEEDED" | "REFUSED" | "FAILED";
            /** @description Of the refusal */
            code?: string;
            /** @description What the changed fields held; absent for what did not exist */
            before?: {
                [key: string]: unknown;
            };
            /** @description What they hold now; absent for what does not exist any more */
            after?: {
                [key: string]: unknown;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listHostedApplications: {
        parameters: {
            query: {
                compartmentId: string;
                lifecycleState?: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
                /** @description Exact match */
                displayName?: string;
                id?: string;
                sortBy?: "timeCreated" | "displayName" | "lifecycleState";
                /** @description Items per page, at most 1000. Default 100 */
                limit?: number;
                /** @description The opc-next-page of the page before */
                page?: string;
                /** @description Default: times descending, names ascending */
                sortOrder?: "ASC" | "DESC";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description `page` of the next part of the list; absent on the last one */
                    "opc-next-page"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["HostedApplicationSummary"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createHostedApplication: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request repeatable for 24 hours */
                "opc-retry-token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateHostedApplicationDetails"];
            };
        };
        responses: {
            /** @description CREATING; follow the work request */
            201: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostedApplication"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHostedApplication: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The application */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostedApplication"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateHostedApplication: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateHostedApplicationDetails"];
            };
        };
        responses: {
            /** @description UPDATING; follow the work request */
            202: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteHostedApplication: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description DELETING; follow the work request */
            202: {
                headers: {
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeHostedApplicationCompartment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
                /** @description Makes the request repeatable for 24 hours */
                "opc-retry-token"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    compartmentId: string;
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listHostedApplicationsIam: {
        parameters: {
            query: {
                compartmentId: string;
                lifecycleState?: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
                /** @description Exact match */
                displayName?: string;
                id?: string;
                sortBy?: "timeCreated" | "displayName" | "lifecycleState";
                /** @description Items per page, at most 1000. Default 100 */
                limit?: number;
                /** @description The opc-next-page of the page before */
                page?: string;
                /** @description Default: times descending, names ascending */
                sortOrder?: "ASC" | "DESC";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description `page` of the next part of the list; absent on the last one */
                    "opc-next-page"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["HostedApplicationSummary"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createHostedApplicationIam: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request repeatable for 24 hours */
                "opc-retry-token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateHostedApplicationIamDetails"];
            };
        };
        responses: {
            /** @description CREATING; follow the work request */
            201: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostedApplicationIam"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHostedApplicationIam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The application */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostedApplicationIam"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateHostedApplicationIam: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateHostedApplicationIamDetails"];
            };
        };
        responses: {
            /** @description UPDATING; follow the work request */
            202: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteHostedApplicationIam: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description DELETING; follow the work request */
            202: {
                headers: {
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeHostedApplicationIamCompartment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
                /** @description Makes the request repeatable for 24 hours */
                "opc-retry-token"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    compartmentId: string;
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listHostedApplicationStorages: {
        parameters: {
            query: {
                compartmentId: string;
                hostedApplicationStorageType?: "CACHE" | "POSTGRESQL" | "ADB";
                lifecycleState?: "CREATING" | "ACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
                /** @description Exact match */
                displayName?: string;
                id?: string;
                sortBy?: "timeCreated" | "displayName" | "lifecycleState";
                /** @description Items per page, at most 1000. Default 100 */
                limit?: number;
                /** @description The opc-next-page of the page before */
                page?: string;
                /** @description Default: times descending, names ascending */
                sortOrder?: "ASC" | "DESC";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description `page` of the next part of the list; absent on the last one */
                    "opc-next-page"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["HostedApplicationStorageSummary"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createHostedApplicationStorage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request repeatable for 24 hours */
                "opc-retry-token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateHostedApplicationStorageDetails"];
            };
        };
        responses: {
            /** @description CREATING; follow the work request */
            201: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostedApplicationStorage"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHostedApplicationStorage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The storage */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostedApplicationStorage"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteHostedApplicationStorage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, as the work request says */
            202: {
                headers: {
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeHostedApplicationStorageCompartment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
                /** @description Makes the request repeatable for 24 hours */
                "opc-retry-token"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    compartmentId: string;
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listHostedDeployments: {
        parameters: {
            query: {
                compartmentId: string;
                applicationId?: string;
                lifecycleState?: "CREATING" | "NEEDS_ATTENTION" | "ACTIVE" | "INACTIVE" | "UPDATING" | "DELETING" | "DELETED" | "FAILED";
                /** @description Exact match */
                displayName?: string;
                id?: string;
                sortBy?: "timeCreated" | "displayName" | "lifecycleState";
                /** @description Items per page, at most 1000. Default 100 */
                limit?: number;
                /** @description The opc-next-page of the page before */
                page?: string;
                /** @description Default: times descending, names ascending */
                sortOrder?: "ASC" | "DESC";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description `page` of the next part of the list; absent on the last one */
                    "opc-next-page"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["HostedDeploymentSummary"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createHostedDeployment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request repeatable for 24 hours */
                "opc-retry-token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateHostedDeploymentDetails"];
            };
        };
        responses: {
            /** @description CREATING; follow the work request */
            201: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostedDeployment"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHostedDeployment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deployment */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostedDeployment"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateHostedDeployment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
                /** @description Makes the request repeatable for 24 hours */
                "opc-retry-token"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateHostedDeploymentDetails"];
            };
        };
        responses: {
            /** @description UPDATING; follow the work request */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HostedDeployment"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteHostedDeployment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description DELETING; follow the work request */
            202: {
                headers: {
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addArtifact: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
                /** @description Makes the request repeatable for 24 hours */
                "opc-retry-token"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddArtifactDetails"];
            };
        };
        responses: {
            /** @description The artifact */
            201: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Artifact"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteHostedDeploymentArtifact: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
                artifactId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The work request that follows up on this */
                    "opc-work-request-id"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWorkRequests: {
        parameters: {
            query: {
                compartmentId: string;
                workRequestId?: string;
                status?: "ACCEPTED" | "IN_PROGRESS" | "WAITING" | "FAILED" | "SUCCEEDED" | "CANCELING" | "CANCELED";
                resourceId?: string;
                sortBy?: "timeAccepted";
                /** @description Items per page, at most 1000. Default 100 */
                limit?: number;
                /** @description The opc-next-page of the page before */
                page?: string;
                /** @description Default: times descending, names ascending */
                sortOrder?: "ASC" | "DESC";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description `page` of the next part of the list; absent on the last one */
                    "opc-next-page"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["WorkRequest"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWorkRequest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With retry-after until it is finished */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkRequest"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWorkRequestErrors: {
        parameters: {
            query?: {
                sortBy?: "timestamp";
                /** @description Items per page, at most 1000. Default 100 */
                limit?: number;
                /** @description The opc-next-page of the page before */
                page?: string;
                /** @description Default: times descending, names ascending */
                sortOrder?: "ASC" | "DESC";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description `page` of the next part of the list; absent on the last one */
                    "opc-next-page"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["WorkRequestError"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWorkRequestLogs: {
        parameters: {
            query?: {
                sortBy?: "timestamp";
                /** @description Items per page, at most 1000. Default 100 */
                limit?: number;
                /** @description The opc-next-page of the page before */
                page?: string;
                /** @description Default: times descending, names ascending */
                sortOrder?: "ASC" | "DESC";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description `page` of the next part of the list; absent on the last one */
                    "opc-next-page"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["WorkRequestLogEntry"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSettings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All settings */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApplicationSettings"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateSettings: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateApplicationSettingsDetails"];
            };
        };
        responses: {
            /** @description All settings */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApplicationSettings"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOAuthClients: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["OAuthClient"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createOAuthClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateOAuthClientDetails"];
            };
        };
        responses: {
            /** @description The client with its secret */
            201: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedOAuthClient"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteOAuthClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    issueToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedToken"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readLogs: {
        parameters: {
            query?: {
                /** @description How many of the last lines to begin with. Default 500 */
                tail?: number | null;
                /** @description Go on with new lines until the caller leaves. Default false */
                follow?: "true" | "false";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One line of output per line */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getServerStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Status */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerStatus"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getApplicationStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Status */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApplicationStatus"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getApplicationScaling: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Scaling */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScalingStatus"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCompartments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Compartment"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createCompartment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateCompartmentDetails"];
            };
        };
        responses: {
            /** @description The compartment */
            201: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compartment"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteCompartment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ApiKey"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateApiKeyDetails"];
            };
        };
        responses: {
            /** @description The key */
            201: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSecrets: {
        parameters: {
            query?: {
                compartmentId?: string;
                /** @description Exact match */
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Secret"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSecret: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSecretDetails"];
            };
        };
        responses: {
            /** @description The secret, without its value */
            201: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secret */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateSecretDetails"];
            };
        };
        responses: {
            /** @description The secret, without its value */
            200: {
                headers: {
                    /** @description The version of the resource, for if-match */
                    etag?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSecret: {
        parameters: {
            query?: {
                /** @description Delete it although applications start with it: their next start fails. Default false */
                force?: "true" | "false";
            };
            header?: {
                /** @description Only when the resource still has this etag; else 412 */
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRegistries: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Registry"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    loginToRegistry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Host of the registry, as it stands before the name of an image; docker.io for Docker Hub */
                host: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginToRegistryDetails"];
            };
        };
        responses: {
            /** @description The registry, without the password */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedInRegistry"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logoutFromRegistry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Host of the registry, as it stands before the name of an image; docker.io for Docker Hub */
                host: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["User"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateUserDetails"];
            };
        };
        responses: {
            /** @description The user */
            201: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedUser"];
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAuditEntries: {
        parameters: {
            query?: {
                /** @description Entries of that time and later */
                since?: string;
                resourceId?: string;
                subject?: string;
                sortBy?: "timestamp";
                /** @description Items per page, at most 1000. Default 100 */
                limit?: number;
                /** @description The opc-next-page of the page before */
                page?: string;
                /** @description Default: times descending, names ascending */
                sortOrder?: "ASC" | "DESC";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description `page` of the next part of the list; absent on the last one */
                    "opc-next-page"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AuditEntry"][];
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Figures */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain; version=0.0.4; charset=utf-8": string;
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    describeApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description A refusal */
            default: {
                headers: {
                    /** @description Seconds */
                    "retry-after"?: string;
                    /** @description What the credential lacks */
                    "www-authenticate"?: string;
                    /** @description The one of the request, when it was well formed, else a new one */
                    "opc-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
