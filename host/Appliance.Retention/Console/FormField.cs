namespace Appliance.Retention.WebConsole;

/// <summary>
/// Fields of a form with label, hint and what is wrong; a screen reader says all three. Values and faults come from
/// the form as it was sent.
/// </summary>
/// <param name="values">Value of a field by its name.</param>
/// <param name="faults">What is wrong with a field, by its name.</param>
internal sealed class FormField(Func<string, string> values, IReadOnlyDictionary<string, string> faults)
{
    public Html Text(string name, string label, string hint = "", bool isNeeded = false, string list = "") =>
        Around(name, label, hint, Html.Of($"""
            <input id="{name}" name="{name}" value="{values(name)}" autocomplete="off" spellcheck="false"{List(list)}
            {Described(name, hint)}{Needed(isNeeded)}>
            """));

    public Html Lines(string name, string label, string hint = "", int rows = 2, bool isNeeded = false) =>
        Around(name, label, hint, Html.Of(
            $"<textarea id=\"{name}\" name=\"{name}\" rows=\"{rows}\"{Described(name, hint)}{Needed(isNeeded)}>"
            + $"\n{values(name)}</textarea>"));

    public Html Choice(string name, string label, IEnumerable<(string Value, string Word)> options, string hint = "") =>
        Around(name, label, hint, Html.Of($"""
            <select id="{name}" name="{name}"{Described(name, hint)}>{options.Select(option => Html.Of(
                $"<option value=\"{option.Value}\"{Chosen(name, option.Value)}>{option.Word}</option>"))}</select>
            """));

    public Html Tick(string name, string label) => Html.Of($"""
        <label class="tick"><input type="checkbox" name="{name}" value="yes"{Ticked(name)}> {label}</label>
        """);

    /// <summary>What is wrong, each with a link to its field.</summary>
    public Html Summary() => faults.Count == 0 ? Html.None : Html.Of($"""
        <div class="note bad" role="alert"><p>This cannot be signed yet:</p><ul>{faults.Select(fault => Html.Of(
            $"<li><a href=\"#{fault.Key}\">{fault.Value}</a></li>"))}</ul></div>
        """);

    private Html Around(string name, string label, string hint, Html field) => Html.Of($"""
        <div class="field{(faults.ContainsKey(name) ? " wrong" : "")}"><label for="{name}">{label}</label>
        {Html.If(hint.Length > 0, () => Html.Of($"""<p class="hint" id="{name}-hint">{hint}</p>"""))}
        {field}
        {Html.If(faults.ContainsKey(name), () => Html.Of(
            $"""<p class="fault" id="{name}-fault">{faults[name]}</p>"""))}</div>
        """);

    private Html Described(string name, string hint)
    {
        bool isWrong = faults.ContainsKey(name);
        string ids = $"{(hint.Length > 0 ? name + "-hint" : "")} {(isWrong ? name + "-fault" : "")}".Trim();
        Html described = ids.Length > 0 ? Html.Of($" aria-describedby=\"{ids}\"") : Html.None;
        return isWrong ? Html.Of($"{described} aria-invalid=\"true\"") : described;
    }

    private Html Chosen(string name, string value) => values(name) == value ? Html.Of($" selected") : Html.None;

    private Html Ticked(string name) => values(name) == "yes" ? Html.Of($" checked") : Html.None;

    private static Html Needed(bool isNeeded) => isNeeded ? Html.Of($" required") : Html.None;

    private static Html List(string id) => id.Length > 0 ? Html.Of($" list=\"{id}\"") : Html.None;
}
