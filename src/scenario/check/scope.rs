//! Scopes: lists of names as bit masks.

use super::complaint::{Complaints, allowed};
use super::names::Names;
use crate::scenario::raw::{Action, Scope};
use crate::schedule::{ScopeMask, action_bit};

/// The mask of a scope; everything when it is left out.
pub(super) fn mask(out: &mut Complaints, key: &str, scope: Option<&Scope>, names: &Names<'_>) -> ScopeMask {
    let Some(scope) = scope else { return ScopeMask::ALL };
    let Scope { schemes, districts, sites, tags, care, classes, not_classes, actions } = scope;
    let path = |part: &str| format!("{key}.{part}");
    let named_sites = names.groups.mask(out, &path("sites"), sites.as_ref());
    let tagged = names.tag_mask(out, &path("tags"), tags.as_ref());
    if named_sites != 0 && tagged != 0 && named_sites & tagged == 0 {
        let rule = allowed("sites 与 tags 没有共同的网点组", "no group of sites is in both sites and tags");
        out.inconsistent(path("tags"), "", rule);
    }
    if actions.as_ref().is_some_and(Vec::is_empty) {
        let rule = allowed("至少要有一项，或不写此项", "must hold at least one action, or be left out");
        out.inconsistent(path("actions"), "[]", rule);
    }
    if actions.as_ref().is_some_and(|list| list.contains(&Action::Admission)) {
        let rule = allowed(
            "模型中没有入院登记这一步：住院只在出院时结算，用 discharge；停机期间入院的人用 state = \"discharged-after\"",
            "nothing in the model asks for admission: stays are settled at discharge, so write discharge; for those \
             admitted in the gap see state = \"discharged-after\"",
        );
        out.inconsistent(path("actions"), "admission", rule);
    }
    let classes_all = classes.as_ref().map_or(0, |_| names.classes.mask(out, &path("classes"), classes.as_ref()));
    let classes_none =
        not_classes.as_ref().map_or(0, |_| names.classes.mask(out, &path("not_classes"), not_classes.as_ref()));
    if classes_all & classes_none != 0 {
        let rule = allowed("同一类别不能既要求有又要求无", "a class cannot be both required and excluded");
        out.inconsistent(path("not_classes"), "", rule);
    }
    ScopeMask {
        schemes: names.schemes.mask(out, &path("schemes"), schemes.as_ref()) as u32,
        districts: names.districts.mask(out, &path("districts"), districts.as_ref()),
        groups: named_sites & tagged,
        care: names.care.mask(out, &path("care"), care.as_ref()),
        classes_all: classes_all as u32,
        classes_none: classes_none as u32,
        actions: actions
            .as_ref()
            .map_or(u8::MAX, |list| list.iter().fold(0, |mask, action| mask | action_bit(*action))),
    }
}
