using System.CommandLine;
using Appliance.Retention.Answers;

namespace Appliance.Retention.Commands;

/// <summary><c>retention services-table</c>: answers of <c>services</c> about many lines as one table.</summary>
internal static class ServicesTableCommand
{
    public static Command Create()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "answers of `retention services --json`, opened", Arity = ArgumentArity.OneOrMore,
        };
        Option<bool> json = new("--json") { Description = "print the table as JSON" };
        Command command = new("services-table", "which communications services were seen for what share of lines")
        {
            files, json,
        };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => Run(
            parsed.GetValue(files)!, parsed.GetValue(json), parsed.InvocationConfiguration.Output)));
        return command;
    }

    private static int Run(string[] files, bool json, TextWriter output)
    {
        var table = new ServiceTable();
        Array.ForEach(files, file => table.Take(File.ReadAllText(file), file));
        if (json)
        {
            JsonText.Write(output, new { asked = table.Asked, answered = table.Answered, services = table.Rows });
            return Exit.Success;
        }

        output.WriteLine(FormattableString.Invariant(
            $"Services of {table.Answered} lines with records, of {table.Asked} that were asked about"));
        output.WriteLine("  % of lines  lines     flows  communications service");
        foreach (ServiceShare row in table.Rows)
        {
            double percent = Math.Round(100.0 * row.Lines / table.Answered, MidpointRounding.AwayFromZero);
            output.WriteLine(FormattableString.Invariant(
                $"  {percent,8} %  {row.Lines,5}  {row.Flows,8}  {row.Category}: {row.Service}"));
        }

        return Exit.Success;
    }
}
