using System.CommandLine;
using Appliance.Icrctl.Provisioning;

namespace Appliance.Icrctl;

/// <summary><c>icrctl provision</c>: keys, certificates and configurations of a box, a broker and a store.</summary>
internal static class ProvisionCommand
{
    // As many days as a box is given ahead (BATCH.md, keys).
    private const int DaysDefault = 40;

    public static Command Create()
    {
        Option<string> output = new("--out") { Description = "folder to make; new or empty", Required = true };
        Option<string> device = Text("--device", "name of the box in topics and certificate", "box-1");
        Option<string> store = Text("--store", "name of the store in its certificate", "store-1");
        Option<string> broker = Text("--broker", "name or address of the broker", "localhost");
        Option<int> port = Number("--port", "port of the broker", 8883);
        Option<int> days = Number("--days", "days for which to make day keys, from today", DaysDefault);
        Option<string> profile = Text("--profile", "notice profile: source-only, uk-icr or ipdr", "uk-icr");
        Option<string?> inside = new("--inside") { Description = "interface of the inside leg's mirror" };
        Option<string?> outside = new("--outside") { Description = "interface of the outside leg's mirror" };
        Option<string?> person = new("--operator")
        {
            Description = "key of the operator, 130 hexadecimal digits; otherwise a lab key is made",
        };
        Option<string?> second = new("--custodian") { Description = "key of the custodian, another person's" };
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Option<bool> installed = new("--installed")
        {
            Description = "box and store are installed from their packages: name those folders, print the steps",
        };
        Command command = new("provision", "make keys, certificates and configurations for a lab")
        {
            output, device, store, broker, port, days, profile, inside, outside, person, second, installed, json,
        };
        command.SetAction(parsed => Run(
            new ProvisionPlan
            {
                Folder = Path.GetFullPath(parsed.GetValue(output)!),
                Device = parsed.GetValue(device)!,
                Store = parsed.GetValue(store)!,
                Broker = parsed.GetValue(broker)!,
                Port = parsed.GetValue(port),
                Days = parsed.GetValue(days),
                Profile = parsed.GetValue(profile)!,
                Inside = parsed.GetValue(inside),
                Outside = parsed.GetValue(outside),
                Operator = parsed.GetValue(person),
                Custodian = parsed.GetValue(second),
                IsInstalled = parsed.GetValue(installed),
            },
            parsed.GetValue(json)));
        return command;
    }

    private static Option<string> Text(string name, string description, string value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static int Run(ProvisionPlan plan, bool json)
    {
        if (plan.Problem() is { } problem)
        {
            return Exit.Refuse(problem);
        }

        try
        {
            bool isEmpty = !Path.Exists(plan.Folder) || !Directory.EnumerateFileSystemEntries(plan.Folder).Any();
            if (!isEmpty)
            {
                return Exit.Refuse(
                    $"{plan.Folder} is there and not empty; give a new folder, keys are never written over");
            }

            ProvisionResult result = new Provisioner(plan, DateTimeOffset.UtcNow).Run();
            Console.WriteLine(json ? result.ToJson() : result.ToText());
            return Exit.Success;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Exit.Refuse($"cannot write {plan.Folder}: {failure.Message}");
        }
    }
}
