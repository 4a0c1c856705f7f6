using System.Net;
using System.Security.Cryptography;
using System.Text;
using Appliance.Edge.Configuration;
using Appliance.Wire;

namespace Appliance.Icrctl.Provisioning;

/// <summary>
/// Makes all that a box, a broker and a store need to trust each other, in one folder with a part for each machine:
/// <code>
/// authority/  ca.pem, ca.key                                  stays with whoever provisions
/// broker/     mosquitto.conf, access.txt, ca.pem, broker.pem, broker.key
/// device/     appliance.json, keyset.json, ca.pem, device.pem, device.key
/// store/      keyset.json, ca.pem, store.pem, store.key, keys/ (a store's data folder begins as this)
/// control/    ca.pem, control.pem, control.key to send control messages with; of a lab operator.json, custodian.json
/// </code>
/// The folder is moved as a whole or in its parts; paths in the configuration files are those of where it was made, or,
/// for machines installed from packages, those of the packages (device/ goes to /etc/appliance).
/// </summary>
internal sealed class Provisioner(ProvisionPlan plan, DateTimeOffset now)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // Clocks of the machines may differ by minutes; an hour forgives it.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromHours(1);
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan CertificateLife = TimeSpan.FromDays(730);

    /// <summary>Makes everything; the folder is new or empty.</summary>
    public ProvisionResult Run()
    {
        KeySet keys = KeySet.MakeLab(RandomNumberGenerator.Fill, (int)(now.ToUnixTimeSeconds() / 86_400), plan.Days);
        var storeKey = StoreKey.New(RandomNumberGenerator.Fill);
        DateTimeOffset from = now - ClockSlack;
        using LabAuthority authority = LabAuthority.Create("appliance-lab-authority", from, now + AuthorityLife);
        Put("authority/ca.pem", authority.CertificatePem, Public);
        Put("authority/ca.key", authority.KeyPem, Private);
        WriteBroker(authority, from);
        WriteClient("device", plan.Device, authority, from);
        WriteClient("store", plan.Store, authority, from);
        WriteClient("control", ProvisionPlan.Controller, authority, from);
        Put("device/keyset.json", keys.ForDevice().ToJson(), Private);
        string storeSet = keys.ForStore().ToJson();
        Put("store/keyset.json", storeSet, Private);
        string hash = Hash32.Of(Encoding.UTF8.GetBytes(storeSet)).ToString()[..8];
        Put($"store/keys/{keys.Device}-{hash}.keyset.json", storeSet, Private);
        Put($"store/keys/{StoreKey.FileName}", storeKey.ToJson(), Private);
        Put("device/appliance.json", ConfigurationFile.Print(OptionsOf(keys, storeKey, ControlKeys())) + "\n", Public);
        return new ProvisionResult(plan, keys, storeKey);
    }

    /// <summary>The keys that control messages must be signed with: two people's, or of a lab.</summary>
    private ControlOptions ControlKeys() => new()
    {
        OperatorKey = plan.Operator ?? LabKey("operator"),
        CustodianKey = plan.Custodian ?? LabKey("custodian"),
    };

    private string LabKey(string role)
    {
        var key = StoreKey.New(RandomNumberGenerator.Fill);
        Put($"control/{role}.json", key.ToJson(), Private);
        return Convert.ToHexStringLower(key.Public.Point.Span);
    }

    private void WriteBroker(LabAuthority authority, DateTimeOffset from)
    {
        bool isAddress = IPAddress.TryParse(plan.Broker, out IPAddress? address);
        IssuedCertificate server = authority.IssueServer(
            "broker", isAddress ? [] : [plan.Broker], isAddress ? [address!] : [], from, now + CertificateLife);
        BrokerConfiguration configuration = new()
        {
            Address = plan.ListenAddress,
            Port = plan.Port,
            AuthorityFile = Put("broker/ca.pem", authority.CertificatePem, Public),
            CertificateFile = Put("broker/broker.pem", server.CertificatePem, Public),
            KeyFile = Put("broker/broker.key", server.KeyPem, Private),
            AccessFile = Put("broker/access.txt", BrokerConfiguration.AccessText(
                [plan.Store], [ProvisionPlan.Controller]), Private),
            User = Environment.UserName,
        };
        Put("broker/mosquitto.conf", configuration.ToText(), Public);
    }

    private void WriteClient(string part, string name, LabAuthority authority, DateTimeOffset from)
    {
        IssuedCertificate client = authority.IssueClient(name, from, now + CertificateLife);
        Put($"{part}/ca.pem", authority.CertificatePem, Public);
        Put($"{part}/{part}.pem", client.CertificatePem, Public);
        Put($"{part}/{part}.key", client.KeyPem, Private);
    }

    private ApplianceOptions OptionsOf(KeySet keys, StoreKey storeKey, ControlOptions control) => new()
    {
        Legs = plan.Inside is null ? [] :
        [
            new LegRuleOptions { Interface = plan.Inside, Leg = "inside" },
            new LegRuleOptions { Interface = plan.Outside!, Leg = "outside" },
        ],
        Notice = new NoticeOptions { Id = keys.Notice.ToString(), Profile = plan.Profile },
        Journal = new JournalSettings
        {
            Path = plan.IsInstalled ? "/var/lib/appliance/journal" : PathOf("device/journal"),
        },
        Admin = plan.IsInstalled ? new AdminOptions() : new AdminOptions { Socket = PathOf("device/admin.sock") },
        Keys = DevicePath("keyset.json"),
        Control = control,
        Uplink = new UplinkOptions
        {
            Host = plan.Broker,
            Port = plan.Port,
            CaFile = DevicePath("ca.pem"),
            CertificateFile = DevicePath("device.pem"),
            KeyFile = DevicePath("device.key"),
            StoreKeys = [Convert.ToHexStringLower(storeKey.Public.Point.Span)],
        },
    };

    private string DevicePath(string name) =>
        plan.IsInstalled ? $"{ProvisionResult.DeviceFolder}/{name}" : PathOf($"device/{name}");

    private string PathOf(string name) => Path.Combine(plan.Folder, name);

    /// <summary>A private file is never there with wider rights, not even for a moment.</summary>
    private string Put(string name, string text, UnixFileMode mode)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, Private | UnixFileMode.UserExecute);
        using FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
        });
        file.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }
}
