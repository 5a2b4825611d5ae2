"""Which names a model file may import: exact pairs, looked up one by one, never by prefix.

A name is allowed when it is in the list below, when it is an estimator of a learning library that
is defined in exactly that module, when it is one of NumPy's elementwise functions or one of
scikit-learn's public measures, or when an owner has named its module as trusted.
"""

import importlib
import inspect
import re
import sys
from collections.abc import Iterable
from typing import Any

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FAMILIES = ("sklearn", "xgboost", "lightgbm")
SET_ASIDE = re.compile(r"(^|\.)(tests?|externals|datasets|conftest|_?testing|experimental)(\.|$)")
MEASURES = frozenset(
    {"sklearn.metrics._classification", "sklearn.metrics._regression", "sklearn.metrics._ranking"}
)
UFUNCS = frozenset({"numpy", "numpy._core._multiarray_umath", "numpy.core._multiarray_umath"})

GENERAL = {
    "builtins": "bool bytearray complex dict float frozenset int list object range set slice str "
    "tuple",
    "collections": "Counter OrderedDict defaultdict deque",
    "copyreg": "_reconstructor",
    "_codecs": "encode",
    "datetime": "date datetime time timedelta timezone",
    "decimal": "Decimal",
    "joblib.numpy_pickle": "NumpyArrayWrapper",
    "numpy": "bool bool_ bytes_ complex128 complex64 datetime64 dtype float16 float32 float64 "
    "int16 int32 int64 int8 intc integer floating intp longlong matrix mean median "
    "nan ndarray number object_ str_ timedelta64 uint16 uint32 uint64 uint8 uintc",
    "numpy.random._pickle": "__bit_generator_ctor __generator_ctor __randomstate_ctor",
    "numpy.random.mtrand": "RandomState",
    "numpy.random._generator": "Generator",
    "numpy.random._mt19937": "MT19937",
    "numpy.random._pcg64": "PCG64",
    "numpy.random.bit_generator": "SeedSequence",
    "scipy._lib.array_api_compat.numpy._aliases": "asarray",
    "numpy.ma": "MaskedArray",
    "numpy.ma.core": "_mareconstruct MaskedArray MaskedConstant",
    "scipy.interpolate._bsplines": "BSpline",
    "scipy.interpolate._interpolate": "interp1d",
    "scipy.interpolate.interpolate": "interp1d",
    "scipy.interpolate._polyint": "_Interpolator1D",
}
for _root in ("numpy._core", "numpy.core"):
    GENERAL[f"{_root}.multiarray"] = "_reconstruct scalar"
    GENERAL[f"{_root}.numeric"] = "_frombuffer"
for _kind in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr"):
    for _module in (f"scipy.sparse._{_kind}", f"scipy.sparse.{_kind}"):
        GENERAL[_module] = f"{_kind}_matrix {_kind}_array"

LEARNING = {
    "sklearn.tree._tree": "Tree",
    "sklearn.utils._bunch": "Bunch",
    "sklearn.utils": "Bunch",
    "sklearn.compose._column_transformer": "_RemainderColsList make_column_selector",
    "sklearn.calibration": "_CalibratedClassifier _TemperatureScaling",
    "sklearn.ensemble._hist_gradient_boosting.predictor": "TreePredictor",
    "sklearn.ensemble._gb_losses": "BinomialDeviance ExponentialLoss LeastSquaresError "
    "LeastAbsoluteError HuberLossFunction MultinomialDeviance QuantileLossFunction",
    "sklearn.ensemble._gb": "VerboseReporter",
    "sklearn._loss.link": "HalfLogitLink IdentityLink Interval LogLink LogitLink MultinomialLogit",
    "sklearn._loss.loss": "AbsoluteError BaseLoss ExponentialLoss HalfBinomialLoss HalfGammaLoss "
    "HalfMultinomialLoss HalfPoissonLoss HalfSquaredError HalfTweedieLoss "
    "HalfTweedieLossIdentity HuberLoss PinballLoss",
    "sklearn._loss._loss": "CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss "
    "CyHalfMultinomialLoss CyHalfPoissonLoss CyHalfSquaredError CyHalfTweedieLoss "
    "CyHalfTweedieLossIdentity CyHuberLoss CyPinballLoss",
    "sklearn.linear_model._sgd_fast": "EpsilonInsensitive Hinge Huber Log ModifiedHuber "
    "SquaredEpsilonInsensitive SquaredHinge SquaredLoss",
    "sklearn.neighbors._kd_tree": "KDTree KDTree32 KDTree64 newObj",
    "sklearn.neighbors._ball_tree": "BallTree BallTree32 BallTree64 newObj",
    "sklearn.neighbors._partition_nodes": "_PartitionNodes",
    "sklearn.metrics._dist_metrics": "newObj",
    "sklearn.neighbors._dist_metrics": "newObj",
    "sklearn.cluster._birch": "_CFNode _CFSubcluster",
    "sklearn.cluster._bisect_k_means": "_BisectingTree",
    "sklearn.cluster._kmeans": "_kmeans_single_elkan _kmeans_single_lloyd",
    "sklearn.feature_selection._univariate_selection": "chi2 f_classif f_regression r_regression",
    "sklearn.feature_selection._mutual_info": "mutual_info_classif mutual_info_regression",
    "sklearn.metrics._scorer": "_PassthroughScorer _PredictScorer _ProbaScorer _Scorer "
    "_ThresholdScorer _MultimetricScorer",
    "sklearn.neural_network._stochastic_optimizers": "AdamOptimizer SGDOptimizer",
    "sklearn.preprocessing._function_transformer": "_identity",
    "sklearn.utils.deprecation": "deprecated",
    "sklearn.utils._metadata_requests": "MetadataRequest MethodMetadataRequest",
    "xgboost.core": "Booster",
    "xgboost.callback": "EarlyStopping EvaluationMonitor TrainingCallback",
    "xgboost.sklearn": "XGBClassifier XGBRanker XGBRegressor XGBRFClassifier XGBRFRegressor",
    "lightgbm.basic": "Booster",
    "lightgbm.sklearn": "LGBMClassifier LGBMRanker LGBMRegressor",
}
DISTANCES = ("sklearn.metrics._dist_metrics", "sklearn.neighbors._dist_metrics")
LISTED = frozenset(
    (module, name) for module, names in (GENERAL | LEARNING).items() for name in names.split()
)
COMPILED = "__pyx_unpickle_"
OLD_PYTHON = {"__builtin__": "builtins", "copy_reg": "copyreg"}

Pair = tuple[str, str]


def resolve(
    names: Iterable[Pair], trusted: Iterable[str] = ()
) -> tuple[dict[Pair, Any], list[str]]:
    """Import the names that are allowed; give the objects, and what was refused.

    `trusted` are modules by their full name: everything that is defined in them is allowed.
    """
    wanted = frozenset(trusted)
    found: dict[Pair, Any] = {}
    refused: list[str] = []
    for pair in names:
        thing = _find(pair, wanted)
        if thing is None:
            refused.append(".".join(pair))
        else:
            found[pair] = thing
    return found, refused


def missing_library(names: Iterable[Pair]) -> str:
    """Name a learning library that the file needs and that is not installed; empty if none."""
    for module, _ in names:
        top = module.partition(".")[0]
        if top in FAMILIES:
            try:
                importlib.import_module(top)
            except ImportError:
                return top
    return ""


def _find(pair: Pair, trusted: frozenset[str]) -> Any:
    module, name = OLD_PYTHON.get(pair[0], pair[0]), pair[1]
    if not PLAIN.fullmatch(name) or not all(map(PLAIN.fullmatch, module.split("."))):
        return None
    if module not in trusted and not _may_be(module, name):
        return None
    thing = getattr(_import(module), name, None)
    if module in trusted:
        return thing if getattr(thing, "__module__", None) == module else None
    if _is_listed(module, name) or _is_learning(thing, module, name):
        return thing
    return None


def _may_be(module: str, name: str) -> bool:
    """Say whether it is worth importing the module: never one that is outside the lists."""
    if _is_listed(module, name) or module in UFUNCS:
        return True
    return module.partition(".")[0] in FAMILIES and not SET_ASIDE.search(module)


def _is_listed(module: str, name: str) -> bool:
    """Say whether a pair is in the list, or restores a compiled class that is."""
    return (module, name.removeprefix(COMPILED)) in LISTED


def _is_learning(thing: Any, module: str, name: str) -> bool:
    import numpy as np
    from sklearn.base import BaseEstimator

    if module in UFUNCS:
        return isinstance(thing, np.ufunc)
    if getattr(thing, "__module__", "") != module or getattr(thing, "__name__", "") != name:
        return False
    if inspect.isclass(thing):
        return issubclass(thing, BaseEstimator) or _is_part(thing, module)
    return module in MEASURES and name in _public_measures()


def _is_part(thing: type, module: str) -> bool:
    """Say whether a class is one of the kernels, distances or ways to split: plain arithmetic."""
    if module in DISTANCES:
        return True
    if module == "sklearn.gaussian_process.kernels":
        return hasattr(thing, "diag")
    return module == "sklearn.model_selection._split" and hasattr(thing, "get_n_splits")


def _public_measures() -> frozenset[str]:
    import sklearn.metrics

    return frozenset(sklearn.metrics.__all__)


def _import(module: str) -> Any:
    try:
        return sys.modules.get(module) or importlib.import_module(module)
    except (ImportError, AttributeError):
        return None
