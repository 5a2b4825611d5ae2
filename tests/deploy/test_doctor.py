"""The doctor starts a real service, and finds what is well and what is not."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modelyard.deploy.doctor import PLATFORMS, examine
from modelyard.workspace.starter import make_workspace

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a small model."""
    joblib = pytest.importorskip("joblib")
    pytest.importorskip("skl2onnx")
    from sklearn.linear_model import LinearRegression

    folder = tmp_path_factory.mktemp("doctor") / "yard"
    make_workspace(folder)
    (folder / "models").mkdir()
    model = LinearRegression().fit([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]], [1.0, 2.0, 3.0])
    joblib.dump(model, folder / "models" / "line.joblib")
    return folder


@pytest.mark.parametrize("target", ["vertex", "sagemaker", "kserve"])
def test_a_service_with_a_model_keeps_the_contract(yard, target):
    findings = list(examine(PLATFORMS[target], yard))
    assert [finding for finding in findings if not finding.is_kept] == []
    assert len(findings) >= 5


def test_cloud_run_takes_the_processor_away_between_requests_and_it_answers_again(tmp_path):
    make_workspace(tmp_path / "yard")
    findings = list(examine(PLATFORMS["cloud_run"], tmp_path / "yard"))
    assert [finding for finding in findings if not finding.is_kept] == []
    assert "answers after 3 s without a processor, as between requests" in {
        finding.line for finding in findings
    }


def test_of_several_models_one_must_be_the_default(yard, tmp_path):
    shutil.copytree(yard, tmp_path / "yard")
    shutil.copy(yard / "models" / "line.joblib", tmp_path / "yard" / "models" / "curve.joblib")
    findings = {one.line: one for one in examine(PLATFORMS["vertex"], tmp_path / "yard")}
    fault = findings["has a model to ask"]
    assert fault.seen == "there are 2, none is the default: curve, line"
    assert "default_model" in fault.cure
    assert [one for one in findings.values() if not one.is_kept] == [fault]


def test_without_a_model_the_cure_is_named_and_the_exit_code_is_1(tmp_path):
    make_workspace(tmp_path / "empty")
    (tmp_path / "empty" / "modelyard.toml").write_text("[datasets\n")
    command = [sys.executable, "-m", "modelyard", "doctor", "--target", "cloud_run", "--json"]
    done = subprocess.run(
        [*command, "-w", tmp_path / "empty"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["is_kept"] is False
    [finding] = told["findings"]
    assert "modelyard.toml" in finding["seen"]
    assert finding["cure"]
