# The small commands for clouds, read by the Makefile. Settings are in .env: CLOUD_RUN_PROJECT,
# CLOUD_RUN_REGION for Google, ECS_REGION for Amazon. They reach the shell as variables of its
# environment, never as text. Most of it `modelyard deploy` does by itself: see make deploy.
TARGET ?= cloud_run
DEPLOYMENT ?= {{deployment}}
DEPLOYER ?= $(DEPLOYMENT)-deployer
KEY_FILE ?= deployer-credentials.json
export IMAGE TARGET DEPLOYMENT DEPLOYER KEY_FILE CLOUD_RUN_PROJECT CLOUD_RUN_REGION ECS_REGION

# What who deploys must be allowed (docs/deploy/permissions.md has the permissions one by one).
ROLES := artifactregistry.admin cloudbuild.builds.editor cloudsql.admin iam.serviceAccountAdmin \
    iam.serviceAccountUser resourcemanager.projectIamAdmin run.admin secretmanager.admin \
    serviceusage.serviceUsageAdmin storage.admin

project = "$${CLOUD_RUN_PROJECT:?Set CLOUD_RUN_PROJECT in .env}"
region = "$${CLOUD_RUN_REGION:?Set CLOUD_RUN_REGION in .env}"
google_host = $(region)-docker.pkg.dev
google_image = $(google_host)/$(project)/"$$DEPLOYMENT/$$DEPLOYMENT"
account = "$$DEPLOYER"@$(project).iam.gserviceaccount.com
amazon_region = "$${ECS_REGION:?Set ECS_REGION in .env}"

.PHONY: check-gcp-login create-service-account add-roles create-key create-config build-image \
    run-container conf-docker-for-gcp image-to-gcp deploy list-cloud-run describe-service \
    delete-deployment delete-latest-gcp-image auth release

check-gcp-login: ## Google: who is signed in, and to which project?
	@gcloud auth print-access-token --quiet >/dev/null || { echo "Sign in: gcloud auth login"; exit 1; }
	@gcloud auth list --filter=status:ACTIVE --format='value(account)'
	@gcloud projects describe $(project) --format='value(projectId)'

create-service-account: ## Google: make the account that deploys.
	gcloud iam service-accounts create "$$DEPLOYER" --project=$(project) \
	    --display-name="Deploys $$DEPLOYMENT"

add-roles: ## Google: let that account deploy.
	@for role in $(ROLES); do \
	    echo "roles/$$role"; \
	    gcloud projects add-iam-policy-binding $(project) --member=serviceAccount:$(account) \
	        --role="roles/$$role" --condition=None --format=none --quiet || exit 1; \
	done

create-key: ## Google: make a key of that account. Better none: sign in, or modelyard deploy ci.
	@test ! -e "$$KEY_FILE" || { echo "$$KEY_FILE is there already."; exit 1; }
	@umask 077; gcloud iam service-accounts keys create "$$KEY_FILE" --iam-account=$(account) \
	    --project=$(project)

create-config: ## Google: make a configuration of gcloud for this deployment, and use it.
	gcloud config configurations create "$$DEPLOYMENT" --no-activate || true
	gcloud config set project $(project) --configuration="$$DEPLOYMENT"
	@if [ -f "$$KEY_FILE" ]; then \
	    gcloud auth activate-service-account --key-file="$$KEY_FILE" --configuration="$$DEPLOYMENT"; \
	fi
	gcloud config configurations activate "$$DEPLOYMENT"

build-image: docker-build ## The same as docker-build.
run-container: docker-start ## The same as docker-start.

conf-docker-for-gcp: ## Google: let docker push there.
	gcloud auth configure-docker $(google_host) --quiet

image-to-gcp: ## Google: push the image that docker-build made; the tag is of its content.
	@tag=own-$$(docker image ls --quiet --no-trunc "$$IMAGE" | head -n 1 | cut -c8-23) && \
	    test "$$tag" != own- || { echo "There is no image yet: make docker-build"; exit 1; }; \
	    docker tag "$$IMAGE" $(google_image):"$$tag" && docker push $(google_image):"$$tag"

deploy: ## Deploy to TARGET (cloud_run, compute_engine, ecs, vertex_ai): the plan is shown first.
	modelyard deploy "$$TARGET"

list-cloud-run: ## Google: all services of Cloud Run.
	gcloud run services list --project=$(project)

describe-service: ## Google: all about this one.
	gcloud run services describe "$$DEPLOYMENT" --region=$(region) --project=$(project)

delete-deployment: ## Remove the deployment from TARGET; its database stays.
	modelyard deploy destroy "$$TARGET"

delete-latest-gcp-image: ## Google: remove the image that was pushed last.
	@digest=$$(gcloud artifacts docker images list $(google_image) --project=$(project) \
	    --sort-by=~UPDATE_TIME --limit=1 --format='value(version)') && \
	    test -n "$$digest" || { echo "There is no image."; exit 1; }; \
	    gcloud artifacts docker images delete $(google_image)@"$$digest" --delete-tags \
	        --project=$(project)

auth: ## Amazon: sign docker in to the registry, for twelve hours.
	@: $(amazon_region)
	@account=$$(aws sts get-caller-identity --query Account --output text) && \
	    aws ecr get-login-password --region $(amazon_region) | docker login --username AWS \
	        --password-stdin "$$account.dkr.ecr."$(amazon_region).amazonaws.com

release: ## Amazon: build, push, migrate, and replace the tasks by the new image.
	modelyard deploy ecs --yes
