using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Wire;

namespace Appliance.Icrctl.Provisioning;

/// <summary>What was provisioned, and how to start it: for people as text, for programs as JSON.</summary>
internal sealed record ProvisionResult
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Where the box's package looks for its configuration.</summary>
    public const string DeviceFolder = "/etc/appliance";

    private const string StoreSettings = "/etc/appliance-store";
    private const string StoreData = "/var/lib/appliance-store";

    public ProvisionResult(ProvisionPlan plan, KeySet keys, StoreKey store)
    {
        Folder = plan.Folder;
        Device = plan.Device;
        DeviceId = keys.Device.ToString();
        NoticeId = keys.Notice.ToString();
        Store = plan.Store;
        StoreId = store.Store.ToString();
        Days = plan.Days;
        HasLegs = plan.Inside is not null;
        string data = Path.Combine(Folder, "store");
        BrokerCommand = $"mosquitto -c {Path.Combine(Folder, "broker", "mosquitto.conf")}";
        StoreCommand = $"retention serve --data {data} --broker {plan.Broker}:{plan.Port} --ca {data}/ca.pem "
            + $"--cert {data}/store.pem --key {data}/store.key --keep-days 365";
        HasLabControl = plan.Operator is null;
        DeviceCommand = $"Appliance.Edge {Path.Combine(Folder, "device", "appliance.json")}";
        if (plan.IsInstalled)
        {
            StoreCommand = "systemctl enable --now appliance-store";
            DeviceCommand = "systemctl enable --now appliance";
            Install = InstallSteps(plan);
        }
    }

    /// <summary>What to put where before the services are started; empty in a lab.</summary>
    public IReadOnlyList<string> Install { get; } = [];

    public string Folder { get; }

    public string Device { get; }

    public string DeviceId { get; }

    public string NoticeId { get; }

    public string Store { get; }

    public string StoreId { get; }

    /// <summary>Days for which there are day keys.</summary>
    public int Days { get; }

    /// <summary>True where the configuration names the interfaces of the mirror.</summary>
    public bool HasLegs { get; }

    /// <summary>Never in a lab: who holds the store's folder can open everything.</summary>
    public bool CustodyIsSplit { get; }

    /// <summary>The keys of operator and custodian were made here; live ones belong to two people.</summary>
    public bool HasLabControl { get; }

    public string BrokerCommand { get; }

    public string StoreCommand { get; }

    public string DeviceCommand { get; }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public string ToText()
    {
        StringBuilder text = new($"""
            provisioned {Folder} for device '{Device}' and store '{Store}'
              device {DeviceId}, notice {NoticeId}, store {StoreId}
              day keys for {Days} days from today (UTC)

            for a lab: custody is not split. store/ holds every private day key: its holder alone can open all records.
            Keep authority/ and device/device.key, device/keyset.json, broker/broker.key apart on live machines.
            control/ is for who withdraws a notice (`retention control`){ControlText}

            {InstallText()}start, in this order:
              {BrokerCommand}
              {StoreCommand.Replace(" --cert", " \\\n    --cert")}
              {DeviceCommand}
            """);
        if (!HasLegs)
        {
            text.Append("\nfirst name the interfaces of the mirror under 'legs' in device/appliance.json");
        }

        return text.ToString();
    }

    // The packages made the users and folders; keys are for root and the service's group alone.
    private string[] InstallSteps(ProvisionPlan plan)
    {
        string box = Path.Combine(Folder, "device"), store = Path.Combine(Folder, "store");
        return
        [
            $"install -m 640 -o root -g appliance {box}/* {DeviceFolder}/",
            $"install -m 640 -o root -g appliance-store {store}/ca.pem {store}/store.* {StoreSettings}/",
            $"install -d -m 700 -o appliance-store -g appliance-store {StoreData}/keys",
            $"install -m 600 -o appliance-store -g appliance-store {store}/keyset.json {StoreData}/",
            $"install -m 600 -o appliance-store -g appliance-store {store}/keys/* {StoreData}/keys/",
            $"sed -i 's/^BROKER=.*/BROKER={plan.Broker}:{plan.Port}/' {StoreSettings}/store.env",
            $"icrctl config check {DeviceFolder}/appliance.json",
        ];
    }

    private string ControlText => HasLabControl
        ? ": operator.json and custodian.json sign;\nlive keys belong to two people, each alone (--operator, "
            + "--custodian)."
        : ", with the keys of the two people that were named.";

    private string InstallText() => Install.Count == 0 ? ""
        : "put in place, as root, each on its machine (box: the first and the last):\n"
            + string.Concat(Install.Select(step => $"  {step}\n")) + "\n";
}
