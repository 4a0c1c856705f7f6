using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests.Icrctl;

/// <summary><c>icrctl provision</c> as a field engineer sees it, and what it leaves behind.</summary>
public sealed class ProvisionTests : IDisposable
{
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("icr-provision-");

    private string Folder => Path.Combine(scratch.FullName, "lab");

    [Transcript("icrctl provision")]
    [Fact]
    public void It_says_what_it_made_that_custody_is_not_split_and_how_to_start()
    {
        Outcome made = Programs.Icrctl(
            "provision", "--out", Folder, "--device", "pop-7", "--store", "vault", "--broker", "127.0.0.1",
            "--port", "8899");
        Assert.Equal((0, ""), (made.Code, made.Error));
        KeySet device = Keys("device/keyset.json");
        Assert.True(StoreKey.TryParse(Read("store/keys/store.json"), out StoreKey? store, out _));
        Assert.Equal(
            $"""
            provisioned DIR for device 'pop-7' and store 'vault'
              device {device.Device}, notice {device.Notice}, store {store!.Store}
              day keys for 40 days from today (UTC)

            for a lab: custody is not split. store/ holds every private day key: its holder alone can open all records.
            Keep authority/ and device/device.key, device/keyset.json, broker/broker.key apart on live machines.
            control/ is for who withdraws a notice (`retention control`): operator.json and custodian.json sign;
            live keys belong to two people, each alone (--operator, --custodian).

            start, in this order:
              mosquitto -c DIR/broker/mosquitto.conf
              retention serve --data DIR/store --broker 127.0.0.1:8899 --ca DIR/store/ca.pem \
                --cert DIR/store/store.pem --key DIR/store/store.key --keep-days 365
              Appliance.Edge DIR/device/appliance.json
            first name the interfaces of the mirror under 'legs' in device/appliance.json

            """,
            made.Output.Replace(Folder, "DIR"));
    }

    [Fact]
    public void Keys_are_split_as_custody_asks_and_private_files_are_for_their_owner_alone()
    {
        Outcome made = Programs.Icrctl(
            "provision", "--out", Folder, "--days", "3", "--inside", "in0", "--outside", "out0", "--json");
        Assert.Equal((0, ""), (made.Code, made.Error));
        using JsonDocument result = JsonDocument.Parse(made.Output);
        Assert.False(result.RootElement.GetProperty("custody_is_split").GetBoolean());
        KeySet device = Keys("device/keyset.json"), store = Keys("store/keyset.json");
        Assert.True(device.CanSign && !store.CanSign);
        Assert.All(device.Recipients, key => Assert.False(key.HasPrivate));
        Assert.All(store.Recipients, key => Assert.True(key.HasPrivate));
        Assert.Equal(3 * 2 * 3, store.Recipients.Count);
        Assert.True(store.DeviceKey.IsSame(device.DeviceKey) && store.Device == device.Device);
        Assert.Single(Directory.GetFiles(Path.Combine(Folder, "store/keys"), $"{device.Device}-*.keyset.json"));

        string text = Read("device/appliance.json");
        Assert.True(ConfigurationFile.TryParse(text, out ApplianceOptions options, out string wrong), wrong);
        Assert.Equal(["in0", "out0"], options.Legs.Select(leg => leg.Interface));
        Assert.Equal((device.Notice.ToString(), "uk-icr"), (options.Notice.Id, options.Notice.Profile));
        Assert.True(StoreKey.TryParse(Read("store/keys/store.json"), out StoreKey? receipts, out _));
        Assert.True(options.Uplink.PinnedKeys().Single().IsSame(receipts!.Public));
        UplinkOptions uplink = options.Uplink;
        string?[] named = [options.Keys, uplink.CaFile, uplink.CertificateFile, uplink.KeyFile];
        Assert.All(named, file => Assert.True(File.Exists(file), file));

        string[] open = [.. Directory.GetFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(file => (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            .Select(file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [
                "authority/ca.pem", "broker/broker.pem", "broker/ca.pem", "broker/mosquitto.conf",
                "control/ca.pem", "control/control.pem",
                "device/appliance.json", "device/ca.pem", "device/device.pem", "store/ca.pem", "store/store.pem",
            ],
            open);
    }

    [Transcript("icrctl provision")]
    [Fact]
    public void For_installed_machines_the_paths_and_the_steps_are_those_of_the_packages()
    {
        Outcome made = Programs.Icrctl(
            "provision", "--out", Folder, "--device", "pop-7", "--broker", "192.0.2.9", "--inside", "in0", "--outside",
            "out0", "--installed");
        Assert.Equal((0, ""), (made.Code, made.Error));
        Assert.EndsWith(
            """
            put in place, as root, each on its machine (box: the first and the last):
              install -m 640 -o root -g appliance DIR/device/* /etc/appliance/
              install -m 640 -o root -g appliance-store DIR/store/ca.pem DIR/store/store.* /etc/appliance-store/
              install -d -m 700 -o appliance-store -g appliance-store /var/lib/appliance-store/keys
              install -m 600 -o appliance-store -g appliance-store DIR/store/keyset.json /var/lib/appliance-store/
              install -m 600 -o appliance-store -g appliance-store DIR/store/keys/* /var/lib/appliance-store/keys/
              sed -i 's/^BROKER=.*/BROKER=192.0.2.9:8883/' /etc/appliance-store/store.env
              icrctl config check /etc/appliance/appliance.json

            start, in this order:
              mosquitto -c DIR/broker/mosquitto.conf
              systemctl enable --now appliance-store
              systemctl enable --now appliance

            """,
            made.Output.Replace(Folder, "DIR"));
        Assert.True(ConfigurationFile.TryParse(
            Read("device/appliance.json"), out ApplianceOptions options, out string wrong), wrong);
        Assert.Equal(
            ("/var/lib/appliance/journal", "/run/appliance/admin.sock", "/etc/appliance/keyset.json"),
            (options.Journal.Path, options.Admin.Socket, options.Keys));
        string?[] named = [options.Uplink.CaFile, options.Uplink.CertificateFile, options.Uplink.KeyFile, options.Keys];
        Assert.All(named, file => Assert.True(File.Exists(Path.Combine(Folder, "device", Path.GetFileName(file)!))));
        Assert.All(named, file => Assert.StartsWith("/etc/appliance/", file));
    }

    [Fact]
    public void Control_messages_are_for_two_people_whose_keys_the_box_pins()
    {
        Assert.Equal(0, Programs.Icrctl("provision", "--out", Folder).Code);
        Assert.True(ConfigurationFile.TryParse(
            Read("device/appliance.json"), out ApplianceOptions options, out string wrong), wrong);
        Assert.True(StoreKey.TryParse(Read("control/operator.json"), out StoreKey? one, out _));
        Assert.True(StoreKey.TryParse(Read("control/custodian.json"), out StoreKey? two, out _));
        string[] points = [.. new[] { one!, two! }.Select(key => Convert.ToHexStringLower(key.Public.Point.Span))];
        Assert.Equal((points[0], points[1]), (options.Control.OperatorKey, options.Control.CustodianKey));
        Assert.Contains(
            "user operator-1\ntopic read icr/v1/+/state\ntopic write icr/v1/+/control", Read("broker/access.txt"));

        string live = Path.Combine(scratch.FullName, "live");
        Outcome named = Programs.Icrctl(
            "provision", "--out", live, "--operator", points[0], "--custodian", points[1]);
        Assert.Contains("with the keys of the two people that were named.", named.Output);
        Assert.Equal(
            ["ca.pem", "control.key", "control.pem"],
            Directory.GetFiles(Path.Combine(live, "control")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string third = Path.Combine(scratch.FullName, "third");
        Outcome half = Programs.Icrctl("provision", "--out", third, "--operator", points[0]);
        Outcome same = Programs.Icrctl(
            "provision", "--out", third, "--operator", points[0], "--custodian", points[0]);
        Assert.Equal((2, 2, false), (half.Code, same.Code, Path.Exists(third)));
        Assert.Contains("give both --operator and --custodian, keys of two people", half.Error);
        Assert.Contains("must be points of two keys", same.Error);
    }

    [Fact]
    public void It_never_writes_over_what_is_there()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "precious"), "x");
        Outcome refused = Programs.Icrctl("provision", "--out", Folder);
        Assert.Equal((2, ""), (refused.Code, refused.Output));
        Assert.Equal(
            "icrctl: DIR is there and not empty; give a new folder, keys are never written over\n",
            refused.Error.Replace(Folder, "DIR"));
        Assert.Equal(["precious"], Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("--device", "a/b", "--device 'a/b' is not a name of letters, digits, '-', '_' and '.'")]
    [InlineData(
        "--device", "store-1", "--device and --store are both 'store-1'; the broker tells them apart by their names")]
    [InlineData("--broker", "mqtt://x", "--broker 'mqtt://x' is not a name or an address; the port goes into --port")]
    [InlineData("--days", "0", "--days is 0; it must be 1 to 366")]
    [InlineData("--inside", "in0", "give both --inside and --outside, or neither")]
    public void Bad_usage_is_one_line_and_makes_nothing(string option, string value, string sentence)
    {
        Outcome refused = Programs.Icrctl("provision", "--out", Folder, option, value);
        Assert.Equal((2, "", $"icrctl: {sentence}\n"), (refused.Code, refused.Output, refused.Error));
        Assert.False(Directory.Exists(Folder));
    }

    public void Dispose() => scratch.Delete(recursive: true);

    private string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    private KeySet Keys(string name) => KeySet.TryParse(Read(name), out KeySet? keys, out string wrong)
        ? keys!
        : throw new InvalidOperationException(wrong);
}
