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
        DeviceCommand = $"Appliance.Edge {Path.Combine(Folder, "device", "appliance.json")}";
    }

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

            start, in this order:
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
}
